import { DeletionPurge } from '../../src/organizations/deletion/deletion-purge.service.js';
import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
import type { Person } from './factories.js';
import { capitalized } from './schema-walk.js';
import type { HttpClient } from './servers/http-client.js';

interface Answered {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
}

export interface DeletedAnswer extends Answered {
  readonly deletedAt: string;
  readonly deletedBy: string;
  readonly goneAt: string;
}

type By = Pick<Person, 'browser'> | { readonly browser: HttpClient };

interface Deleted {
  readonly thing: Answered;
  readonly goneAt: string | null;
}

interface Typed {
  readonly confirmation?: string | null;
}

/**
 * Types the slug as it is shown to the caller, unless the input has a `confirmation`.
 * @throws ApiError
 */
export const deleteOrganization = async (
  by: By,
  input: Typed & { readonly organizationId: string },
): Promise<Deleted> => {
  const confirmation = await slugOf(by, 'organization', input.organizationId);
  return call(by, 'deleteOrganization', 'organization', { confirmation, ...input });
};

/**
 * The same of a project.
 * @throws ApiError
 */
export const deleteProject = async (by: By, input: Typed & { readonly projectId: string }): Promise<Deleted> => {
  const confirmation = await slugOf(by, 'project', input.projectId);
  return call(by, 'deleteProject', 'project', { confirmation, ...input });
};

/** @throws ApiError */
export const restoreOrganization = async (by: By, input: object): Promise<Answered> =>
  (await call(by, 'restoreOrganization', 'organization', input)).thing;

/** @throws ApiError */
export const restoreProject = async (by: By, input: object): Promise<Answered> =>
  (await call(by, 'restoreProject', 'project', input)).thing;

const deletedFields = 'nodes { id name slug deletedAt deletedBy goneAt }';

export async function deletedOrganizations({ browser }: By): Promise<readonly DeletedAnswer[]> {
  const query = `{ deletedOrganizations { ${deletedFields} } }`;
  const { data, errors } = await browser.graphql<{ deletedOrganizations: { nodes: DeletedAnswer[] } }>(query);
  if (!data) throw new ApiError(errors[0]);
  return data.deletedOrganizations.nodes;
}

/** @throws ApiError */
export async function deletedProjects({ browser }: By, id: string): Promise<readonly DeletedAnswer[]> {
  const query = `query ($id: ID!) { organization(id: $id) { deletedProjects { ${deletedFields} } } }`;
  const { data, errors } = await browser.graphql<{
    organization: { deletedProjects: { nodes: DeletedAnswer[] } } | null;
  }>(query, { id });
  if (!data?.organization) throw new ApiError(errors[0]);
  return data.organization.deletedProjects.nodes;
}

/** The grace of every deletion is over. */
export async function endGrace(app: TestApp): Promise<void> {
  await app.database.query(`update deletions set gone_at = now() - interval '1 second'`);
}

/** What the clock has done every ten minutes. */
export const purge = (app: TestApp): Promise<void> => app.nest.get(DeletionPurge, { strict: false }).purgeDue();

/** Null where it is not shown. */
async function slugOf({ browser }: By, name: 'organization' | 'project', id: string): Promise<string | null> {
  const query = `query ($id: ID!) { ${name}(id: $id) { slug } }`;
  const { data } = await browser.graphql<Record<string, { readonly slug: string } | null>>(query, { id });
  return data?.[name]?.slug ?? null;
}

async function call({ browser }: By, name: string, field: string, input: object): Promise<Deleted> {
  const goneAt = name.startsWith('delete') ? ' goneAt' : '';
  const query = `mutation ($input: ${capitalized(name)}Input!) { ${name}(input: $input) { ${field} { id name slug }${goneAt} } }`;
  const { data, errors } = await browser.graphql<Record<string, Record<string, unknown>>>(query, { input });
  const payload = data?.[name];
  if (!payload) throw new ApiError(errors[0]);
  return { thing: payload[field] as Answered, goneAt: (payload.goneAt ?? null) as string | null };
}
