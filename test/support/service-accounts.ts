import { dataOf } from './projects.js';
import type { GraphqlAnswer, HttpClient } from './servers/http-client.js';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
}

type Answer<Mutation extends string> = Promise<GraphqlAnswer<Record<Mutation, { readonly serviceAccount: Account }>>>;

/** Asks for one of the three mutations of a service account, which may be refused. */
export function askOfAccount<Verb extends 'create' | 'update' | 'delete'>(
  client: HttpClient,
  verb: Verb,
  input: object,
  requestId?: string,
): Answer<`${Verb}ServiceAccount`> {
  const name = `${verb}ServiceAccount`;
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  return client.graphql(
    `mutation ($input: ${type}) { ${name}(input: $input) { serviceAccount { id name description permissions } } }`,
    { input },
    { headers: requestId === undefined ? {} : { 'x-request-id': requestId } },
  );
}

/** A service account, made through the API by whoever holds `client`. */
export async function createAccount(client: HttpClient, input: object): Promise<Account> {
  return dataOf(await askOfAccount(client, 'create', { name: 'CI', ...input })).createServiceAccount.serviceAccount;
}

/** What a service account may do from now on. */
export async function setPermissions(
  client: HttpClient,
  { id: serviceAccountId }: Account,
  permissions: readonly string[],
): Promise<Account> {
  const answer = await askOfAccount(client, 'update', { serviceAccountId, permissions });
  return dataOf(answer).updateServiceAccount.serviceAccount;
}
