import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { changeRole, removeMember } from '../support/members.js';
import { createProject } from '../support/projects.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { whoIs } from '../support/sso.js';

const password = 'correct horse battery';

/** Where a session is taken for somebody, beside the API and the pages. */
const paths = [
  { path: 'the check for proxies', use: (browser: HttpClient) => browser.get('/api/auth/check'), good: 204, bad: 401 },
  {
    path: 'the exchange for a token',
    use: (browser: HttpClient) => browser.postJson('/api/auth/token', {}),
    good: 200,
    bad: 401,
  },
  {
    path: 'the page of one’s sessions',
    use: (browser: HttpClient) => browser.get('/account/sessions'),
    good: 200,
    bad: 303,
  },
];

/** Asks until the answer is this one, for as long as a memory may last. */
async function becomes(ask: () => Promise<HttpAnswer>, status: number): Promise<number> {
  const started = performance.now();
  while ((await ask()).status !== status && performance.now() - started < 3_000);
  return performance.now() - started;
}

describe('the newer paths of a session withstand', () => {
  let app: TestApp;
  let email: string;

  beforeAll(async () => {
    app = await startTestApp();
    email = `${randomUUID()}@example.test`;
    await app.browser().postJson('/api/auth/signup', { email, name: 'Ada', password });
  });
  afterAll(() => app.stop());

  async function signedIn(): Promise<HttpClient> {
    const browser = app.browser();
    await browser.postJson('/api/auth/login', { email, password });
    return browser;
  }

  const tokenOf = (browser: HttpClient) => browser.cookies.get('gatehouse')?.value ?? '';
  const holding = (token: string) => app.browser({ headers: { cookie: `gatehouse=${token}` } });

  describe.each(paths)('at $path', ({ use, good, bad }) => {
    it('30: a cookie that an attacker has made up, or copied from a dump of the database', async () => {
      const victim = await signedIn();
      const { rows } = await app.database.query<{ digest: Buffer; id: string }>(
        'select token_digest as digest, id from sessions',
      );
      const dumped = rows.flatMap(({ digest, id }) => [digest.toString('hex'), digest.toString('base64url'), id]);
      for (const token of [
        ...dumped.slice(-6),
        'A'.repeat(43),
        'x'.repeat(201),
        '',
        '%00',
        "' or '1'='1",
        tokenOf(victim).slice(1),
      ]) {
        expect((await use(holding(token))).status).toBe(bad);
      }
      expect((await use(victim)).status).toBe(good);
    });

    it('31: the session that a new sign-in has replaced', async () => {
      const browser = await signedIn();
      const old = holding(tokenOf(browser));
      expect((await use(old)).status).toBe(good);
      await browser.postJson('/api/auth/login', { email, password });
      expect(await becomes(() => use(old), bad)).toBeLessThan(1_500);
      expect((await use(browser)).status).toBe(good);
    });

    it.each<[string, (browser: HttpClient) => Promise<unknown>]>([
      ['after its owner signed out', (browser) => browser.postJson('/api/auth/logout', {})],
      ['after its owner ended it on the page', (browser) => browser.postForm('/account/sessions/revoke-all', {})],
      ['past its idle end', (browser) => change(browser, 'idle_expires_at = now()')],
      ['past its last', (browser) => change(browser, 'expires_at = now()')],
    ])('32: a stolen cookie %s', async (_when, end) => {
      const browser = await signedIn();
      const thief = holding(tokenOf(browser));
      expect((await use(thief)).status).toBe(good);
      await end(browser);
      expect(await becomes(() => use(thief), bad)).toBeLessThan(1_500);
    });
  });

  it.each<[string, (browser: HttpClient, headers: Record<string, string>) => Promise<HttpAnswer>]>([
    ['a token', (browser, headers) => browser.postJson('/api/auth/token', {}, { headers })],
    [
      'the end of other sessions',
      (browser, headers) => browser.postForm('/account/sessions/revoke-others', {}, { headers }),
    ],
    [
      'the end of all sessions',
      (browser, headers) => browser.postForm('/account/sessions/revoke-all', {}, { headers }),
    ],
    [
      'the end of other sessions by the API',
      (browser, headers) =>
        browser.postJson(
          '/graphql',
          { query: 'mutation { revokeOtherSessions(input: {}) { revokedCount } }' },
          { headers },
        ),
    ],
  ])('33: a foreign site that asks for %s with somebody’s cookie', async (_what, send) => {
    const [browser, other] = [await signedIn(), await signedIn()];
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: app.url.replace('localhost', '127.0.0.1') },
    ]) {
      expect((await send(browser, headers)).status).toBe(403);
    }
    expect([await whoIs(browser), await whoIs(other)]).toEqual([email, email]);
    expect((await send(browser, { origin: app.url })).status).toBeLessThan(400);
  });

  describe('122: a role that is lost', () => {
    let owner: Person;
    let person: Person;
    let organizationId: string;
    let projectId: string;

    beforeAll(async () => {
      [owner, person] = [await createPerson(app), await createPerson(app)];
      organizationId = (await createOrganization(owner)).id;
      projectId = (await createProject(owner.browser, organizationId)).id;
      await addMember(app, organizationId, person, 'ADMIN');
    });

    const token = () => person.browser.postJson('/api/auth/token', { projectId });
    const claims = async () => decodeJwt((await token()).json<{ token: string }>().token);

    it('is in no token from the next one on, and in none at all for who is a member no more', async () => {
      expect(await claims()).toMatchObject({ role: 'ADMIN', permissions: expect.arrayContaining(['apiKeys.manage']) });
      await changeRole(owner, organizationId, person.id, 'VIEWER');
      expect(await claims()).toMatchObject({ role: 'VIEWER', permissions: ['project.read', 'traces.read'] });
      await changeRole(owner, organizationId, person.id, 'NONE');
      expect((await token()).status).toBe(404);
      await changeRole(owner, organizationId, person.id, 'VIEWER');
      await removeMember(owner, organizationId, person.id);
      expect((await token()).status).toBe(404);
    });
  });

  it('49: whoever looks for a private key: none in any answer, in any event, nor in a dump of the database', async () => {
    const browser = await signedIn();
    const answers = [
      await browser.postJson('/api/auth/token', {}),
      await browser.get('/.well-known/jwks.json'),
      (await app.admin().graphql('mutation { rotateSigningKey(input: {}) { signingKey { id createdAt signsFrom } } }'))
        .answer,
    ];
    const told = answers.map(({ text }) => text).join('\n');
    expect(told).not.toMatch(/PRIVATE|"d":|private/);
    const { rows } = await app.database.query<{ dump: string }>(
      `select coalesce(json_agg(k)::text, '') || (select json_agg(e)::text from audit_events e) as dump from signing_keys k`,
    );
    expect(rows[0]?.dump).toContain('signingKey.rotated');
    expect(rows[0]?.dump).not.toMatch(/PRIVATE|MC4CAQAw|"d":/);
  });

  async function change(browser: HttpClient, assignment: string): Promise<void> {
    await app.database.query(`update sessions set ${assignment} where token_digest = sha256($1::text::bytea)`, [
      tokenOf(browser),
    ]);
  }
});

describe('over https', () => {
  const publicUrl = 'https://gatehouse.example.test';
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ ROOT_URL: publicUrl });
  });
  afterAll(() => app.stop());

  it('30: the check for proxies takes no cookie but the __Host- one, which no other host can set', async () => {
    const { token } = await createPerson(app);
    const check = (name: string) =>
      app.browser({ publicUrl, headers: { cookie: `${name}=${token}` } }).get('/api/auth/check');
    expect((await check('__Host-gatehouse')).status).toBe(204);
    for (const name of ['gatehouse', 'Host-gatehouse', '__host-gatehouse', '__Secure-gatehouse', 'x__Host-gatehouse']) {
      expect((await check(name)).status).toBe(401);
    }
  });
});
