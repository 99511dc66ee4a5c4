import type { GraphqlAnswer, HttpClient } from './servers/http-client.js';

interface Created {
  readonly id: string;
  readonly slug: string;
}

/** A project, made through the API by whoever holds `client`. */
export async function createProject(client: HttpClient, organizationId: string, name = 'Chatbot'): Promise<Created> {
  const mutation = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id slug } } }';
  const answer = await client.graphql<{ createProject: { project: Created } }>(mutation, {
    input: { organizationId, name },
  });
  return dataOf(answer).createProject.project;
}

export interface CreatedKey {
  readonly apiKey: { readonly id: string; readonly permissions: readonly string[]; readonly expiresAt: string | null };
  readonly publicKey: string;
  readonly secretKey: string;
}

const createKey = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id permissions expiresAt } publicKey secretKey }
}`;

/** Asks for a key, which may be refused. */
export function askForApiKey(
  client: HttpClient,
  input: Readonly<Record<string, unknown>>,
): Promise<GraphqlAnswer<{ createApiKey: CreatedKey }>> {
  return client.graphql(createKey, { input: { name: 'key', ...input } });
}

/** A key, made through the API by whoever holds `client`. */
export async function createApiKey(client: HttpClient, input: Readonly<Record<string, unknown>>): Promise<CreatedKey> {
  return dataOf(await askForApiKey(client, input)).createApiKey;
}

/** @throws Error with what was refused, so that a test stops where its arrangement failed */
export function dataOf<Data>({ data, errors }: GraphqlAnswer<Data>): Data {
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return data;
}

/** The codes of an answer's errors. */
export const codesOf = ({ errors }: GraphqlAnswer<unknown>): (string | undefined)[] =>
  errors.map(({ extensions }) => extensions.code);
