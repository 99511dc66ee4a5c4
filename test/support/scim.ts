import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
import { createOrganization, createPerson, type Person } from './factories.js';
import { verifiedDomain } from './sso.js';
import type { GraphqlAnswer, HttpAnswer, HttpClient } from './servers/http-client.js';

export interface ScimTokenAnswer {
  readonly id: string;
  readonly name: string;
  readonly display: string;
  readonly role: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

const fields = 'id name display role createdBy createdAt expiresAt lastUsedAt revokedAt';

export interface CreatedScimToken {
  readonly scimToken: ScimTokenAnswer;
  /** Null where the call is a repetition. */
  readonly token: string;
}

/** Asks for a token, which may be refused. */
export function askForScimToken(
  client: HttpClient,
  input: object,
  requestId?: string,
): Promise<GraphqlAnswer<{ createScimToken: CreatedScimToken }>> {
  return client.graphql(
    `mutation ($input: CreateScimTokenInput!) { createScimToken(input: $input) { scimToken { ${fields} } token } }`,
    { input: { name: 'Okta', ...input } },
    { headers: requestId === undefined ? {} : { 'x-request-id': requestId } },
  );
}

/** @throws ApiError */
export async function createScimToken(client: HttpClient, input: object): Promise<CreatedScimToken> {
  const { data, errors } = await askForScimToken(client, input);
  if (!data) throw new ApiError(errors[0]);
  return data.createScimToken;
}

/** @throws ApiError */
export async function revokeScimToken(
  client: HttpClient,
  scimTokenId: string,
  requestId?: string,
): Promise<ScimTokenAnswer> {
  const { data, errors } = await client.graphql<{ revokeScimToken: { scimToken: ScimTokenAnswer } }>(
    `mutation ($input: RevokeScimTokenInput!) { revokeScimToken(input: $input) { scimToken { ${fields} } } }`,
    { input: { scimTokenId } },
    { headers: requestId === undefined ? {} : { 'x-request-id': requestId } },
  );
  if (!data) throw new ApiError(errors[0]);
  return data.revokeScimToken.scimToken;
}

/** @throws ApiError */
export async function listScimTokens(
  client: HttpClient,
  organizationId: string,
): Promise<{ readonly scimTokens: readonly ScimTokenAnswer[]; readonly scimBaseUrl: string }> {
  const { data, errors } = await client.graphql<{
    organization: { scimTokens: readonly ScimTokenAnswer[]; scimBaseUrl: string };
  }>(`query ($id: ID!) { organization(id: $id) { scimBaseUrl scimTokens { ${fields} } } }`, { id: organizationId });
  if (!data || errors.length > 0) throw new ApiError(errors[0]);
  return data.organization;
}

/** A directory: a program that sends its token, and neither a cookie nor an origin. */
export const directory = (app: TestApp, token: string): HttpClient => app.browser({ bearer: token });

/** Sends a document as a directory does. */
export function sendScim(
  client: HttpClient,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return client.request(
    method,
    `/api/scim/v2${path}`,
    { headers },
    { type: 'application/scim+json', text: typeof body === 'string' ? body : JSON.stringify(body) },
  );
}

/** An organization that has proven a domain, and the directory that provisions its people. */
export interface DirectoryTenant {
  readonly owner: Person;
  readonly organizationId: string;
  readonly domain: string;
  readonly client: HttpClient;
}

/** The owner is a guest there: their address lies in another domain. */
export async function createDirectoryTenant(app: TestApp, input: object = {}): Promise<DirectoryTenant> {
  const owner = await createPerson(app);
  const { id: organizationId } = await createOrganization(owner);
  const domain = `${randomBytes(5).toString('hex')}.test`;
  await verifiedDomain(app, organizationId, domain);
  const { token } = await createScimToken(owner.browser, { organizationId, ...input });
  return { owner, organizationId, domain, client: directory(app, token) };
}

/** A resource as it is answered; the caller knows what else is in it. */
export interface ScimResource {
  readonly id: string;
  readonly schemas: readonly string[];
  readonly meta: { readonly location: string; readonly version: string; readonly lastModified: string };
  readonly [name: string]: unknown;
}

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Provisions somebody of the tenant's domain, and expects to succeed. */
export async function provision(tenant: DirectoryTenant, local: string, more: object = {}): Promise<ScimResource> {
  const body = { schemas: [USER_SCHEMA], userName: `${local}@${tenant.domain}`, active: true, ...more };
  const answer = await sendScim(tenant.client, 'POST', '/Users', body);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  return answer.json<ScimResource>();
}

export function patchScim(
  tenant: DirectoryTenant,
  path: string,
  operations: readonly object[],
  headers?: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  return sendScim(tenant.client, 'PATCH', path, { schemas: [PATCH_SCHEMA], Operations: operations }, headers);
}

/** What a list answers. */
export interface ScimList {
  readonly totalResults: number;
  readonly itemsPerPage: number;
  readonly startIndex?: number;
  readonly nextCursor?: string;
  readonly Resources: readonly ScimResource[];
}

export function findScim(tenant: DirectoryTenant, path: string, query: Record<string, string>): Promise<HttpAnswer> {
  return tenant.client.get(`/api/scim/v2${path}?${new URLSearchParams(query).toString()}`);
}
