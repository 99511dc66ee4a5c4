import type { TestApp } from './app.js';
import { createPerson, type Person } from './factories.js';
import type { HttpAnswer, HttpClient } from './servers/http-client.js';
import type { Attempt } from './sso.js';

/** What lies in an organization. */
export interface Inside {
  readonly organizationId: string;
  readonly projectId: string;
  /** Somebody whose sessions the organization's administrators may end. */
  readonly employeeId: string;
}

/** What came of trying to get in: `in`, or the code and where the answer says to sign in. */
export type Outcome = 'in' | { readonly code: unknown; readonly loginUrl: unknown };

type Path = (browser: HttpClient, inside: Inside) => Promise<{ readonly outcome: Outcome; readonly told: string }>;

function operation(query: string, variables: (inside: Inside) => Readonly<Record<string, unknown>>): Path {
  return async (browser, inside) => {
    const { errors, answer } = await browser.graphql(query, variables(inside));
    const { code, loginUrl } = errors[0]?.extensions ?? {};
    return { outcome: errors.length === 0 ? 'in' : { code, loginUrl }, told: answer.text };
  };
}

function request(send: (browser: HttpClient, inside: Inside) => Promise<HttpAnswer>): Path {
  return async (browser, inside) => {
    const answer = await send(browser, inside);
    if (answer.status < 400) return { outcome: 'in', told: answer.text };
    const { code, loginUrl } = answer.json<{ code: unknown; loginUrl: unknown }>();
    return { outcome: { code, loginUrl }, told: answer.text };
  };
}

/** Every path into an organization that a member's session has. */
export const pathsIn = {
  'a query': operation('query ($id: ID!) { organization(id: $id) { members { totalCount } } }', (inside) => ({
    id: inside.organizationId,
  })),
  'a query of a project': operation('query ($id: ID!) { project(id: $id) { name } }', ({ projectId }) => ({
    id: projectId,
  })),
  'a nested field': operation(
    '{ viewer { organizations { nodes { organization { projects { nodes { name } } } } } } }',
    () => ({}),
  ),
  'a mutation': operation(
    'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name } } }',
    ({ projectId }) => ({ input: { projectId, name: 'Secret plans' } }),
  ),
  'the end of a member’s sessions': operation(
    'mutation ($input: RevokeAllSessionsInput!) { revokeAllSessions(input: $input) { revokedCount } }',
    ({ employeeId }) => ({ input: { userId: employeeId } }),
  ),
  'a key of their own': operation(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secretKey } }',
    ({ projectId }) => ({ input: { projectId, name: 'Mine', permissions: ['traces.read'] } }),
  ),
  'a token': request((browser, { projectId }) => browser.postJson('/api/auth/token', { projectId })),
  'the check for proxies': request((browser, { organizationId }) =>
    browser.get(`/api/auth/check?organization=${organizationId}`),
  ),
  'switching the organization': async (browser, { organizationId }) => {
    const answer = await browser.postForm('/choose-organization', { organizationId });
    if (answer.status === 303) return { outcome: 'in', told: '' };
    const code = answer.status === 403 ? 'SSO_REQUIRED' : answer.status;
    const loginUrl = /href="(\/api\/auth\/login\/[^"?]+)/.exec(answer.text)?.[1] ?? null;
    return { outcome: { code, loginUrl }, told: answer.text };
  },
} satisfies Record<string, Path>;

export interface Tried {
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** All that was answered. */
  readonly told: string;
}

/** Tries every path, one after the other. */
export async function tryAll({ browser }: Pick<Person, 'browser'>, inside: Inside): Promise<Tried> {
  const tried: [string, Awaited<ReturnType<Path>>][] = [];
  for (const [name, path] of Object.entries(pathsIn)) tried.push([name, await path(browser, inside)]);
  return {
    outcomes: Object.fromEntries(tried.map(([name, { outcome }]) => [name, outcome])),
    told: tried.map(([, { told }]) => told).join('\n'),
  };
}

/** The same outcome of every path. */
export const everywhere = (outcome: Outcome): Record<string, Outcome> =>
  Object.fromEntries(Object.keys(pathsIn).map((name) => [name, outcome]));

/** A session that begins with a second factor; `passkey` alone is one too. */
export async function createProven(app: TestApp, email: string, factor: 'totp' | 'passkey'): Promise<Person> {
  const person = await createPerson(app, email);
  const proof = factor === 'passkey' ? `method = 'passkey'` : `second_factor = 'totp'`;
  await app.database.query(`update sessions set ${proof} where user_id = $1`, [person.id]);
  return person;
}

/** Who has signed in at a provider. */
export async function personOf({ browser, answer }: Attempt): Promise<Person> {
  const session = await browser.get('/api/auth/session');
  if (session.status !== 200) throw new Error(`Nobody has signed in: ${answer.location}`);
  const { user } = session.json<{ user: { id: string; email: string } }>();
  return { ...user, browser };
}
