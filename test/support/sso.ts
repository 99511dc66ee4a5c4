import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ApiError } from './api-error.js';
import type { TestApp } from './app.js';
import { createOrganization, createPerson, type Person } from './factories.js';
import type { HostilePerson } from './servers/hostile-openid-provider.js';
import type { HttpAnswer, HttpClient } from './servers/http-client.js';
import { trailOfRequest, type TrailEntry } from './trail.js';

export interface ConnectionAnswer {
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly name: string;
  readonly state: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  readonly clientAuthMethod: string;
  readonly callbackUrl: string;
  readonly initiateUrl: string;
  readonly pkce: boolean;
  readonly scopes: readonly string[];
  readonly domain: { readonly name: string; readonly status: string };
}

export const connectionFields = `id key provider name state issuer clientId hasClientSecret clientAuthMethod callbackUrl initiateUrl pkce scopes
  domain { name status }`;

export const configureMutation = `mutation ($input: ConfigureSsoInput!) { configureSso(input: $input) { connection { ${connectionFields} } } }`;

/** The id of a domain that the organization has proven, without the walk through DNS. */
export async function verifiedDomain(
  app: Pick<TestApp, 'database'>,
  organizationId: string,
  name: string,
): Promise<string> {
  const id = randomUUID();
  await app.database.query(
    `insert into domains (id, organization_id, name, token, status, verified_at, next_check_at)
       values ($1, $2, $3, 'token', 'VERIFIED', now(), now() + interval '1 day')`,
    [id, organizationId, name],
  );
  return id;
}

/** Configures a connection that is in use at once, unless the input says otherwise. @throws ApiError */
export async function configureSso(by: Person, input: object): Promise<ConnectionAnswer> {
  const { data, errors } = await by.browser.graphql<{ configureSso: { connection: ConnectionAnswer } }>(
    configureMutation,
    { input: { activate: true, ...input } },
  );
  if (!data) throw new ApiError(errors[0]);
  return data.configureSso.connection;
}

type Move = 'activateSso' | 'enforceSso' | 'disableSso' | 'deleteSso';

/** Takes a step with a connection; enforces it without a test. @throws ApiError */
export async function moveSso(
  by: Person,
  move: Move,
  connectionId: string,
  requestId?: string,
): Promise<ConnectionAnswer> {
  const inputType = `${move.charAt(0).toUpperCase()}${move.slice(1)}Input`;
  const { data, errors } = await by.browser.graphql<Record<string, { connection: ConnectionAnswer }>>(
    `mutation ($input: ${inputType}!) { ${move}(input: $input) { connection { ${connectionFields} } } }`,
    { input: { connectionId, ...(move === 'enforceSso' ? { skipTest: true } : {}) } },
    requestId === undefined ? {} : { headers: { 'x-request-id': requestId } },
  );
  const connection = data?.[move]?.connection;
  if (!connection) throw new ApiError(errors[0]);
  return connection;
}

/** Whoever is a member now enters with their foreign address, also when the organization enforces its connection. */
export async function exceptFromSso(app: Pick<TestApp, 'database'>, organizationId: string): Promise<void> {
  await app.database.query('update memberships set sso_exception = true where organization_id = $1', [organizationId]);
}

/** An organization with a proven domain and an active connection to a provider. */
export interface Tenant {
  readonly owner: Person;
  readonly organizationId: string;
  readonly domainId: string;
  readonly connection: ConnectionAnswer;
}

export async function createTenant(
  app: TestApp,
  domain: string,
  provider: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly pkce?: boolean;
  },
  vendor = 'OKTA',
): Promise<Tenant> {
  const owner = await createPerson(app);
  const { id: organizationId } = await createOrganization(owner, domain);
  const domainId = await verifiedDomain(app, organizationId, domain);
  await exceptFromSso(app, organizationId);
  const connection = await configureSso(owner, { domainId, provider: vendor, ...provider });
  return { owner, organizationId, domainId, connection };
}

/** Where a browser is sent that begins to sign in; the address of the provider's authorization endpoint. */
export async function beginSignIn(browser: HttpClient, key: string, query = ''): Promise<string> {
  const answer = await browser.get(`/api/auth/login/${key}${query}`);
  if (answer.status !== 303 || answer.location === null)
    throw new Error(`No way to ${key}: ${answer.status} ${answer.text}`);
  return answer.location;
}

export interface Return {
  readonly answer: HttpAnswer;
  /** All that the callback left on any trail. */
  readonly trail: readonly TrailEntry[];
}

/** Visits a callback URL as the browser does that the provider has sent there. */
export async function comeBack(app: TestApp, browser: HttpClient, callback: string): Promise<Return> {
  const requestId = randomUUID();
  const answer = await browser.get(callback, { headers: { 'x-request-id': requestId } });
  return { answer, trail: await trailOfRequest(app, requestId) };
}

/** Whether the browser is signed in, and as whom. */
export async function whoIs(browser: HttpClient): Promise<string | null> {
  const answer = await browser.get('/api/auth/session');
  return answer.status === 200 ? answer.json<{ user: { email: string } }>().user.email : null;
}

export interface Attempt extends Return {
  readonly browser: HttpClient;
  /** The query of the address that the browser was sent to. */
  readonly error: URLSearchParams;
}

/** What a test needs of a server that signs people in. */
interface SignsIn<Person> {
  readonly port: number;
  authorize(authorizationUrl: string, who?: Partial<Person>): Promise<string>;
}

/** A whole sign-in at a provider that asks nobody anything, in a new browser. */
export async function attemptSignIn<Person = HostilePerson>(
  app: TestApp,
  provider: SignsIn<Person>,
  key: string,
  who: Partial<Person> = {},
): Promise<Attempt> {
  const browser = app.browser();
  const requestId = randomUUID();
  const begun = await browser.get(`/api/auth/login/${key}`, { headers: { 'x-request-id': requestId } });
  const sentOn = begun.location?.startsWith(`http://127.0.0.1:${provider.port}/`) ?? false;
  const back = sentOn ? await comeBack(app, browser, await provider.authorize(begun.location ?? '', who)) : null;
  const { answer, trail } = back ?? { answer: begun, trail: await trailOfRequest(app, requestId) };
  return { browser, answer, trail, error: new URL(answer.location ?? 'about:blank').searchParams };
}

/** What every refusal looks like: nobody signed in, a page that tells nothing, and one entry on the trail that tells why. */
export async function expectRefused(
  { browser, answer, trail, error }: Attempt,
  expected: {
    readonly reason: string;
    readonly detail?: unknown;
    readonly code?: string;
    readonly method?: 'oidc' | 'oauth2' | 'saml';
  },
): Promise<void> {
  expect(trail.map(({ action, outcome, after }) => ({ action, outcome, after }))).toEqual([
    {
      action: 'signIn.refused',
      outcome: 'REFUSED',
      after: expect.objectContaining({
        reason: expected.reason,
        ...(expected.detail === undefined ? {} : { detail: expected.detail }),
        method: expected.method ?? 'oidc',
      }),
    },
  ]);
  expect(answer.status).toBe(303);
  expect(new URL(answer.location!).pathname).toBe('/auth-error');
  expect(Object.fromEntries(error)).toEqual({ code: expected.code ?? 'SIGN_IN_FAILED', ref: trail[0]?.request_id });
  expect(browser.cookies.get('gatehouse')).toBeNull();
  expect(await whoIs(browser)).toBeNull();
}
