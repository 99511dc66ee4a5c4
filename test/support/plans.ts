import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
import type { Person } from './factories.js';
import { mutate } from './mutate.js';

export interface EntitlementsAnswer {
  readonly sso: boolean;
  readonly scim: boolean;
  readonly seats: number | null;
  readonly seatsUsed: number;
}

/** Books a plan for an organization, as the instance's administrator. @throws ApiError */
export async function bookPlan(
  app: TestApp,
  organizationId: string,
  plan: string,
  seats?: number,
  requestId?: string,
): Promise<EntitlementsAnswer & { readonly plan: string }> {
  const input = { organizationId, plan, ...(seats === undefined ? {} : { seats }) };
  const { organization } = await mutate<{ organization: { plan: string; entitlements: EntitlementsAnswer } }>(
    app.admin(),
    'updateOrganizationPlan',
    input,
    'organization { plan entitlements { sso scim seats seatsUsed } }',
    requestId,
  );
  return { plan: organization.plan, ...organization.entitlements };
}

/** @throws ApiError */
export async function entitlementsOf(
  { browser }: Pick<Person, 'browser'>,
  organizationId: string,
): Promise<EntitlementsAnswer> {
  const { data, errors } = await browser.graphql<{ organization: { entitlements: EntitlementsAnswer } }>(
    'query ($id: ID!) { organization(id: $id) { entitlements { sso scim seats seatsUsed } } }',
    { id: organizationId },
  );
  if (!data || errors.length > 0) throw new ApiError(errors[0]);
  return data.organization.entitlements;
}
