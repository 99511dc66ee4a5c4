import { expect } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { TestApp } from './app.js';
import type { Person } from './factories.js';
import type { HostilePerson } from './servers/hostile-openid-provider.js';
import type { HttpAnswer, HttpClient } from './servers/http-client.js';
import { expectRefused, type Attempt } from './sso.js';
import { trailOfRequest, type TrailEntry } from './trail.js';

/** Somebody whom no test has met. */
export function stranger(domain: string): Pick<HostilePerson, 'sub' | 'email'> {
  const name = randomBytes(4).toString('hex');
  return { sub: `sub-${name}`, email: `${name}@${domain}` };
}

/** A provider of the instance, as the environment names it. */
export function providerSettings(
  vendor: string,
  provider: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string },
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { issuer, clientId, clientSecret } = provider;
  const fields = { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ...more };
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [`AUTH_${vendor}_${field}`, value]));
}

/** All that says who is who. */
interface Accounts {
  readonly users: unknown;
  readonly identities: unknown;
  readonly sessions: unknown;
  readonly memberships: unknown;
}

/** Every account, identity, session and membership, for finding out that nothing of them has changed. */
export async function accountsOf(app: TestApp): Promise<Accounts> {
  const all = (table: string, columns: string) =>
    `(select json_agg(t order by t::text) from (select ${columns} from ${table}) t) as ${table}`;
  const { rows } = await app.database.query<Accounts>(
    `select ${all('users', '*')}, ${all('identities', '*')}, ${all('memberships', '*')},
       ${all('sessions', 'id, user_id, method, connection')}`,
  );
  return rows[0]!;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly verified: boolean;
  readonly administrator: boolean;
  readonly has_password: boolean;
  /** `<source> <subject>`, sorted. */
  readonly identities: readonly string[];
  readonly sessions: number;
}

/** The accounts whose email is like this (SQL's `%` and `_`), by email. */
export async function accountsLike(app: TestApp, email: string): Promise<Account[]> {
  const { rows } = await app.database.query<Account>(
    `select u.id, u.email, u.email_verified_at is not null as verified, u.instance_administrator as administrator,
       u.password_hash is not null as has_password,
       array(select source || ' ' || subject from identities i where i.user_id = u.id order by 1) as identities,
       (select count(*)::int from sessions s where s.user_id = u.id) as sessions
     from users u where u.email like $1 order by u.email`,
    [email],
  );
  return rows;
}

export async function deactivate(app: TestApp, email: string): Promise<void> {
  await app.database.query('update users set deactivated_at = now() where email = $1', [email]);
}

/** The token of an open invitation to an address, without the walk through a mailbox. */
export async function openInvitation(app: TestApp, by: Person, organizationId: string, email: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await app.database.query(
    `insert into invitations (id, organization_id, email, role, token_digest, invited_by, expires_at)
     values ($1, $2, $3, 'VIEWER', $4, $5, now() + interval '1 day')`,
    [randomUUID(), organizationId, email, createHash('sha256').update(token).digest(), by.id],
  );
  return token;
}

/** An account that `ADMIN_API_KEY` makes before its person arrives. @returns its id */
export async function precreate(app: TestApp, input: object): Promise<string> {
  const { data, errors } = await app
    .admin()
    .graphql<{ createUser: { user: { id: string } } }>(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
      { input },
    );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createUser.user.id;
}

export interface Posted {
  readonly browser: HttpClient;
  readonly answer: HttpAnswer;
  readonly code: string | null;
  /** All that the request left on any trail. */
  readonly trail: readonly TrailEntry[];
}

/** One POST of JSON, by a new browser unless one is given. */
export async function post(app: TestApp, path: string, body: unknown, browser = app.browser()): Promise<Posted> {
  const requestId = randomUUID();
  const answer = await browser.postJson(path, body, { headers: { 'x-request-id': requestId } });
  const code = answer.text === '' ? null : (answer.json<{ code?: string }>().code ?? null);
  return { browser, answer, code, trail: await trailOfRequest(app, requestId) };
}

interface Refusal {
  readonly reason: string;
  readonly method?: 'oidc' | 'oauth2';
  /** The organization whose trail tells of it, or `instance`. */
  readonly trail: string;
}

/** A sign-in at a provider that is refused, and leaves nothing behind but one entry on the right trail. */
export async function expectSignInRefused(
  app: TestApp,
  attempt: () => Promise<Attempt>,
  { reason, trail }: Refusal,
): Promise<Attempt> {
  const before = await accountsOf(app);
  const made = await attempt();
  await expectRefused(made, { reason, code: reason });
  expect(await accountsOf(app)).toEqual(before);
  expect(await trailsOf(app, made.trail)).toEqual([trail]);
  return made;
}

/** A POST that is refused by the account rules, and leaves nothing behind but one entry on the right trail. */
export async function expectPostRefused(
  app: TestApp,
  attempt: () => Promise<Posted>,
  { reason, trail, status, code }: Refusal & { readonly status: number; readonly code: string },
): Promise<Posted> {
  const before = await accountsOf(app);
  const made = await attempt();
  expect([made.answer.status, made.code, made.answer.setCookies]).toEqual([status, code, []]);
  expect(made.trail.map(({ action, outcome, after }) => ({ action, outcome, after }))).toEqual([
    { action: 'signIn.refused', outcome: 'REFUSED', after: expect.objectContaining({ reason, method: 'password' }) },
  ]);
  expect(await accountsOf(app)).toEqual(before);
  expect(await trailsOf(app, made.trail)).toEqual([trail]);
  return made;
}

/** The trails that the entries of one request stand on. */
async function trailsOf(app: TestApp, entries: readonly TrailEntry[]): Promise<string[]> {
  const { rows } = await app.database.query<{ chain_id: string }>(
    'select chain_id from audit_events where request_id = $1',
    [entries[0]?.request_id],
  );
  return rows.map(({ chain_id }) => chain_id);
}

/** That nothing secret has come onto any trail: none of these words, no token, no hash of a password. */
export async function expectNoSecretOnTrails(app: TestApp, secrets: readonly string[]): Promise<void> {
  const { rows } = await app.database.query<{ all: string }>(
    `select coalesce(json_agg(json_build_array(actor_id, actor_label, resource_id, before, after))::text, '') as all from audit_events`,
  );
  const told = rows[0]?.all ?? '';
  expect(/eyJ[\w-]+\.|\$argon2|password_hash/.exec(told)).toBeNull();
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
}
