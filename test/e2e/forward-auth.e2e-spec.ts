import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { freePort } from '../support/free-port.js';
import { changeRole, removeMember } from '../support/members.js';
import { createApiKey } from '../support/projects.js';
import { createClient, type HttpAnswer, type HttpClient } from '../support/servers/http-client.js';
import { startLoopbackHttp, type LoopbackHttpServer } from '../support/servers/loopback-http.js';
import { startNginx, type Nginx } from '../support/servers/nginx.js';

const CHECK = '/api/auth/check';
const password = 'correct horse battery';

/** The `X-Auth-…` headers of an answer, by their ends. */
const toldBy = (answer: HttpAnswer): unknown => [
  answer.status,
  Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-auth-'))),
];

/** Asks until the answer is this one, for as long as it may take: a second, and what the asking takes. */
async function within(ask: () => Promise<HttpAnswer>, status: number): Promise<number> {
  const started = performance.now();
  while ((await ask()).status !== status && performance.now() - started < 5_000);
  return performance.now() - started;
}

describe('GET /api/auth/check', () => {
  let app: TestApp;
  /** Another process on the same database. */
  let neighbour: TestApp;
  let person: Person & { readonly token: string };
  let owner: Person;
  let organization: { id: string; slug: string };

  beforeAll(async () => {
    app = await startTestApp();
    neighbour = await startTestApp({ DATABASE_URL: app.databaseUrl, ROOT_URL: app.url });
    [owner, person] = [await createPerson(app), await createPerson(app)];
    organization = await createOrganization(owner);
    await addMember(app, organization.id, person, 'MEMBER');
  });
  afterAll(async () => {
    await neighbour.stop();
    await app.stop();
  });

  const at = (place: TestApp, { token }: { token: string }) =>
    place.browser({ headers: { cookie: `theme=dark; gatehouse=${token}` } });
  const asked = (idOrSlug: string) => `${CHECK}?organization=${encodeURIComponent(idOrSlug)}`;

  it('lets a session through, with who it is, and no body', async () => {
    const answer = await person.browser.get(CHECK);
    expect(toldBy(answer)).toEqual([204, { 'x-auth-user': person.id, 'x-auth-email': person.email }]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/^[\w-]{20,}$/),
    });
    expect(answer.headers.get('content-length')).toBeNull();
    expect((await person.browser.request('HEAD', CHECK)).status).toBe(204);
  });

  it('refuses whoever has none, and says where to sign in, and to what page that leads back', async () => {
    const signIn = `${app.url}/sign-in`;
    const refused = (headers: Record<string, string>) => app.browser().get(CHECK, { headers });
    expect(toldBy(await refused({}))).toEqual([401, { 'x-auth-error': 'UNAUTHENTICATED', 'x-auth-sign-in': signIn }]);
    expect((await refused({ cookie: `gatehouse=${'A'.repeat(43)}` })).status).toBe(401);
    for (const [name, uri, led] of [
      ['x-original-uri', '/app?a=1&b=2#c', '?returnTo=%2Fapp%3Fa%3D1%26b%3D2%23c'],
      ['x-forwarded-uri', '/app', '?returnTo=%2Fapp'],
      ['x-original-uri', '//evil.test', ''],
      ['x-original-uri', 'https://evil.test/', ''],
    ] as const) {
      expect((await refused({ [name]: uri })).headers.get('x-auth-sign-in')).toBe(signIn + led);
    }
  });

  it('is about the browser’s session: a key is no person, and Authorization is the application’s own', async () => {
    const key = await createApiKey(owner.browser, { organizationId: organization.id });
    expect((await createClient(app.url, { bearer: key.secretKey }).get(CHECK)).status).toBe(401);
    expect((await app.admin().get(CHECK)).status).toBe(401);
    const headers = { authorization: 'Basic d2hhdGV2ZXI6dGhlIGFwcCB3YW50cw==' };
    expect((await person.browser.get(CHECK, { headers })).status).toBe(204);
  });

  it('takes nothing but GET and HEAD, and no parameter that there is not: misspelt, it would ask nothing', async () => {
    const posted = await person.browser.postJson(CHECK, {});
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    for (const query of [
      '?organisation=acme',
      '?organization=',
      '?organization=a&organization=b',
      `?organization=${organization.id}&x=1`,
      '?organization=%00',
      `?organization=${'a'.repeat(201)}`,
    ]) {
      expect([query, (await person.browser.get(CHECK + query)).status]).toEqual([query, 400]);
    }
    expect((await person.browser.get(`${CHECK}?`)).status).toBe(204);
  });

  describe('asked about an organization', () => {
    it('tells a member’s role there, by its id and by its slug', async () => {
      for (const name of [organization.id, organization.slug]) {
        expect(toldBy(await person.browser.get(asked(name)))).toEqual([
          204,
          {
            'x-auth-user': person.id,
            'x-auth-email': person.email,
            'x-auth-organization': organization.id,
            'x-auth-role': 'MEMBER',
          },
        ]);
      }
    });

    it('refuses who is no member, or has no role, as if there were no such organization', async () => {
      const [stranger, nobody] = [await createPerson(app), await createPerson(app)];
      await addMember(app, organization.id, nobody, 'NONE');
      const missing = await stranger.browser.get(asked('no-such-organization'));
      expect(toldBy(missing)).toEqual([403, { 'x-auth-error': 'FORBIDDEN' }]);
      const bodyOf = (answer: HttpAnswer) => ({ ...answer.json<object>(), requestId: '' });
      for (const { browser } of [stranger, nobody]) {
        const refused = await browser.get(asked(organization.id));
        expect([toldBy(refused), bodyOf(refused)]).toEqual([toldBy(missing), bodyOf(missing)]);
      }
      expect((await stranger.browser.get(CHECK)).status).toBe(204);
    });

    it('refuses who has come in with less than its security policy asks for', async () => {
      const strict = await createOrganization(owner);
      await app.database.query(
        'insert into security_policies (organization_id, second_factor_required) values ($1, true)',
        [strict.id],
      );
      const refused = await owner.browser.get(asked(strict.id));
      expect(toldBy(refused)).toEqual([403, { 'x-auth-error': 'SECOND_FACTOR_REQUIRED' }]);
      await app.database.query(`update sessions set second_factor = 'totp' where user_id = $1`, [owner.id]);
      expect(await within(() => owner.browser.get(asked(strict.id)), 204)).toBeLessThan(1_500);
    });

    it('lets an instance administrator in everywhere, as the admin API does', async () => {
      const root = await createPerson(app);
      await app.database.query('update users set instance_administrator = true where id = $1', [root.id]);
      expect((await root.browser.get(asked(organization.id))).headers.get('x-auth-role')).toBe('OWNER');
      expect((await root.browser.get(asked('no-such-organization'))).status).toBe(403);
    });
  });

  describe('with a warm memory, in every process, has seen within a second', () => {
    /** @param change by way of the first process */
    async function seen(who: { token: string }, query: string, change: () => Promise<unknown>, status: number) {
      const clients = [app, neighbour].map((place) => at(place, who));
      for (const client of clients) expect((await client.get(query)).status).toBe(204);
      await change();
      return Promise.all(clients.map((client) => within(() => client.get(query), status)));
    }
    const inTime = [expect.any(Number), expect.any(Number)];

    it.each<[string, (who: Person) => Promise<unknown>]>([
      ['a sign-out', ({ browser }) => browser.postJson('/api/auth/logout', {})],
      [
        'a revocation by an administrator',
        ({ id }) =>
          app
            .admin()
            .graphql(
              'mutation ($input: RevokeAllSessionsInput!) { revokeAllSessions(input: $input) { revokedCount } }',
              {
                input: { userId: id },
              },
            ),
      ],
      ['a deactivation', ({ id }) => app.database.query('update users set deactivated_at = now() where id = $1', [id])],
      ['an expiry', ({ id }) => app.database.query('update sessions set expires_at = now() where user_id = $1', [id])],
    ])('32, 112: %s', async (_what, change) => {
      const who = await createPerson(app);
      const times = await seen(who, CHECK, () => change(who), 401);
      expect(times).toEqual(inTime);
      expect(Math.max(...times)).toBeLessThan(1_500);
    });

    it('32: the end of a session, told by the database, well before that', async () => {
      const who = await createPerson(app);
      const times = await seen(who, CHECK, () => who.browser.postJson('/api/auth/logout', {}), 401);
      expect(Math.max(...times)).toBeLessThan(800);
    });

    it('32: the same while nobody hears what the database tells, by age alone; and it is heard again', async () => {
      const [first, second] = [await createPerson(app), await createPerson(app)];
      const listening = `from pg_stat_activity where datname = current_database() and query like 'listen %"session_ended"%'`;
      const silenced = async (who: Person) => {
        await app.database.query(`select pg_terminate_backend(pid) ${listening}`);
        await who.browser.postJson('/api/auth/logout', {});
      };
      expect(Math.max(...(await seen(first, CHECK, () => silenced(first), 401)))).toBeLessThan(1_500);
      for (let hearing = 0; hearing < 2;) {
        const { rows } = await app.database.query<{ count: number }>(`select count(*)::int as count ${listening}`);
        hearing = rows[0]?.count ?? 0;
      }
      const times = await seen(second, CHECK, () => second.browser.postJson('/api/auth/logout', {}), 401);
      expect(Math.max(...times)).toBeLessThan(800);
    });

    it('122: a role that is lost, and a membership', async () => {
      const who = await createPerson(app);
      await addMember(app, organization.id, who, 'ADMIN');
      const query = asked(organization.slug);
      const demoted = () => changeRole(owner, organization.id, who.id, 'NONE');
      expect(Math.max(...(await seen(who, query, demoted, 403)))).toBeLessThan(1_500);
      await changeRole(owner, organization.id, who.id, 'VIEWER');
      await within(() => at(app, who).get(query), 204);
      await within(() => at(neighbour, who).get(query), 204);
      const removed = () => removeMember(owner, organization.id, who.id);
      expect(Math.max(...(await seen(who, query, removed, 403)))).toBeLessThan(1_500);
    });
  });

  it('is use: it puts the idle end of a session off', async () => {
    const who = await createPerson(app);
    await app.database.query(
      `update sessions set last_seen_at = now() - interval '6 minutes', idle_expires_at = now() + interval '1 minute' where user_id = $1`,
      [who.id],
    );
    expect((await at(app, who).get(CHECK)).status).toBe(204);
    for (let minutes = 0, tries = 0; minutes < 100 && tries < 100; tries += 1) {
      const { rows } = await app.database.query<{ minutes: number }>(
        'select extract(epoch from idle_expires_at - now())::float / 60 as minutes from sessions where user_id = $1',
        [who.id],
      );
      minutes = rows[0]?.minutes ?? 0;
      if (tries === 99) expect(minutes).toBeGreaterThan(100);
    }
  });
});

describe('an application behind nginx', () => {
  let app: TestApp;
  let nginx: Nginx;
  let upstream: LoopbackHttpServer;
  let browser: HttpClient;
  /** The headers of the last request that came through to the application. */
  let arrived: IncomingHttpHeaders | null = null;
  let asked: string | undefined;

  beforeAll(async () => {
    const port = await freePort();
    upstream = await startLoopbackHttp(0, () => (request, response) => {
      arrived = request.headers;
      asked = request.url;
      // A body that nobody reads would have nginx find the connection closed.
      request.resume().once('end', () => response.end('the application'));
    });
    app = await startTestApp({ ROOT_URL: `http://localhost:${port}`, TRUST_PROXY: '127.0.0.1' });
    nginx = await startNginx(
      port,
      snippet({ nginx: port, gatehouse: new URL(app.url).port, application: upstream.port }),
    );
    await app
      .browser({ publicUrl: nginx.url })
      .postJson('/api/auth/signup', { email: 'ada@example.test', name: 'Ada', password });
    browser = createClient(nginx.url);
  });
  afterAll(async () => {
    await nginx.stop();
    await app.stop();
    await upstream.stop();
  });

  /** The snippet of the documentation, with the ports of this test. */
  function snippet(ports: { nginx: number; gatehouse: string; application: number }): string {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/forward-auth.md'), 'utf8');
    const { 1: text = '' } = /```nginx\n(.*?)```/s.exec(page) ?? [];
    return text
      .replace(/listen .*;/, `listen 127.0.0.1:${ports.nginx};`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.gatehouse}`)
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.application}`);
  }

  it('is out of reach for who is not signed in: they are led to the sign-in page, and back to where they wanted to go', async () => {
    arrived = null;
    const answer = await browser.get('/reports?year=2026&month=11');
    expect([answer.status, answer.location]).toEqual([
      302,
      `${nginx.url}/sign-in?returnTo=%2Freports%3Fyear%3D2026%26month%3D11`,
    ]);
    expect(arrived).toBeNull();

    const page = await browser.get(answer.location!);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Sign in')]);
    const back = await browser.postForm('/sign-in/password', {
      email: 'ada@example.test',
      password,
      returnTo: '/reports?year=2026&month=11',
    });
    expect([back.status, back.location]).toEqual([303, `${nginx.url}/reports?year=2026&month=11`]);
    const reports = await browser.get(back.location!);
    expect([reports.text, asked]).toEqual(['the application', '/reports?year=2026&month=11']);
  });

  it('is told who is there, and cannot be fooled by who says so themselves', async () => {
    const { id } = (await browser.get('/api/auth/session')).json<{ user: { id: string } }>().user;
    const forged = {
      'x-auth-user': 'root',
      'x-auth-email': 'root@example.test',
      'x-auth-role': 'OWNER',
      'x-auth-organization': 'acme',
      'x-original-uri': '/api/auth/check',
    };
    await browser.get('/', { headers: forged });
    const told = Object.fromEntries(Object.entries(arrived ?? {}).filter(([name]) => name.startsWith('x-auth-')));
    expect(told).toEqual({ 'x-auth-user': id, 'x-auth-email': 'ada@example.test' });

    arrived = null;
    const refused = await createClient(nginx.url).get('/', { headers: forged });
    expect([refused.status, arrived]).toEqual([302, null]);
  });

  it('does not see the session, which is nobody’s but Gatehouse’s', async () => {
    await browser.get('/', {
      headers: { cookie: `theme=dark; gatehouse=${browser.cookies.get('gatehouse')?.value ?? ''}` },
    });
    expect(arrived?.cookie).toBe('theme=dark;');
  });

  it('takes what is posted to it, without Gatehouse being asked about the body', async () => {
    const answer = await browser.postJson('/reports', { text: 'x'.repeat(20_000) });
    expect([answer.status, answer.text]).toEqual([200, 'the application']);
  });

  it('is out of reach within a second after signing out', async () => {
    const thief = createClient(nginx.url, {
      headers: { cookie: `gatehouse=${browser.cookies.get('gatehouse')?.value ?? ''}` },
    });
    expect((await thief.get('/')).status).toBe(200);
    expect((await browser.postJson('/api/auth/logout', {})).status).toBe(204);
    expect(await within(() => thief.get('/'), 302)).toBeLessThan(1_500);
  });

  it('cannot be asked for the check itself', async () => {
    expect((await browser.get('/gatehouse-check')).status).toBe(404);
  });
});
