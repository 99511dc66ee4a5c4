import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
import type { Person } from './factories.js';

export interface MembershipAnswer {
  readonly justInTime: boolean;
  readonly defaultRole: string;
  readonly groupsClaim: string;
  readonly groupRoles: readonly { readonly group: string; readonly role: string }[];
}

const fields = 'membership { justInTime defaultRole groupsClaim groupRoles { group role } }';

/** Says who becomes a member by signing in. @throws ApiError */
export async function updateSsoMembership(
  { browser }: Pick<Person, 'browser'>,
  connectionId: string,
  input: object,
  requestId?: string,
): Promise<MembershipAnswer> {
  const { data, errors } = await browser.graphql<{
    updateSsoMembership: { connection: { membership: MembershipAnswer } };
  }>(
    `mutation ($input: UpdateSsoMembershipInput!) { updateSsoMembership(input: $input) { connection { ${fields} } } }`,
    { input: { connectionId, justInTime: true, ...input } },
    requestId === undefined ? {} : { headers: { 'x-request-id': requestId } },
  );
  if (!data) throw new ApiError(errors[0]);
  return data.updateSsoMembership.connection.membership;
}

/** As it is shown: null for a connection that the organization does not have. */
export async function membershipOf(
  { browser }: Pick<Person, 'browser'>,
  organizationId: string,
  connectionId: string,
): Promise<MembershipAnswer | null> {
  const { data, errors } = await browser.graphql<{
    organization: { ssoConnections: { id: string; membership: MembershipAnswer }[] };
  }>(`query ($id: ID!) { organization(id: $id) { ssoConnections { id ${fields} } } }`, { id: organizationId });
  if (errors.length > 0 || !data) throw new ApiError(errors[0]);
  return data.organization.ssoConnections.find(({ id }) => id === connectionId)?.membership ?? null;
}

export interface Place {
  readonly role: string;
  readonly source: string;
}

/** The membership of whoever has this email; null where they have none. */
export async function placeOf(app: TestApp, organizationId: string, email: string): Promise<Place | null> {
  const { rows } = await app.database.query<Place>(
    `select m.role, m.source from memberships m join users u on u.id = m.user_id
     where m.organization_id = $1 and u.email = $2`,
    [organizationId, email],
  );
  return rows[0] ?? null;
}
