import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
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
