import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson } from '../support/factories.js';
import { createClient, type HttpAnswer, type HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

const ada = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery' };

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  await app.browser().postJson('/api/auth/signup', ada);
});
afterAll(() => app.stop());

describe('33: a change that another site makes a browser send', () => {
  let cookie: string;

  beforeEach(async () => {
    cookie = `gatehouse=${(await createPerson(app)).token}`;
  });

  /** What each change is, and how to see that it has not happened. */
  const changes: Readonly<Record<string, (send: HttpClient, headers: Record<string, string>) => Promise<HttpAnswer>>> =
    {
      logout: (browser, headers) => browser.postJson('/api/auth/logout', {}, { headers }),
      'logout with no body': (browser, headers) => browser.request('POST', '/api/auth/logout', { headers }),
      'the sign-out form': (browser, headers) => browser.postForm('/sign-out', {}, { headers }),
      login: (browser, headers) => browser.postJson('/api/auth/login', ada, { headers }),
      'the sign-in form': (browser, headers) => browser.postForm('/sign-in/password', ada, { headers }),
      signup: (browser, headers) =>
        browser.postJson('/api/auth/signup', { ...ada, email: 'eve@example.test' }, { headers }),
      'a mutation': (browser, headers) => browser.postJson('/graphql', { query: mutation }, { headers }),
    };
  const mutation = 'mutation { createOrganization(input: { name: "Foreign" }) { organization { id } } }';

  const foreignWays: Readonly<Record<string, () => Record<string, string>>> = {
    'a foreign origin': () => ({ origin: 'https://evil.example' }),
    'a foreign origin, with the custom header': () => ({
      origin: 'https://evil.example',
      'apollo-require-preflight': 'true',
    }),
    'a foreign origin that calls itself the same': () => ({
      origin: 'https://evil.example',
      'sec-fetch-site': 'same-origin',
    }),
    'an origin that begins like ours': () => ({ origin: `${app.url}.evil.example` }),
    'our origin on another port': () => ({ origin: 'http://localhost:1' }),
    'our origin by another scheme': () => ({ origin: app.url.replace('http:', 'https:') }),
    'our origin and a foreign one': () => ({ origin: `${app.url}, https://evil.example` }),
    'the origin null': () => ({ origin: 'null' }),
    'the origin null, from another site': () => ({ origin: 'null', 'sec-fetch-site': 'cross-site' }),
    'the origin null, with the custom header': () => ({ origin: 'null', 'apollo-require-preflight': 'true' }),
    'no origin, from another site': () => ({ 'sec-fetch-site': 'cross-site' }),
    'no origin, from a sister site': () => ({ 'sec-fetch-site': 'same-site', 'apollo-require-preflight': 'true' }),
    'neither origin nor custom header': () => ({}),
  };

  const cases = Object.keys(changes).flatMap((change) => Object.keys(foreignWays).map((way) => [change, way] as const));

  it.each(cases)('is refused, changes nothing and is on the trail: %s by %s', async (change, way) => {
    const requestId = randomUUID();
    const before = await state();
    const browser = app.browser({ origin: null });
    const answer = await changes[change]!(browser, { cookie, 'x-request-id': requestId, ...foreignWays[way]!() });

    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'CROSS_ORIGIN']);
    expect(answer.setCookies).toEqual([]);
    expect(await state()).toEqual(before);
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        outcome: 'REFUSED',
        actor_kind: 'anonymous',
        after: expect.objectContaining({ code: 'CROSS_ORIGIN' }),
      }),
    ]);
  });

  it.each<[string, () => Record<string, string>]>([
    ['our own origin', () => ({ origin: app.url })],
    ['the custom header and no origin', () => ({ 'apollo-require-preflight': 'true' })],
    ['no origin, from this very site', () => ({ 'sec-fetch-site': 'same-origin' })],
    // A page that sends no referrer hides its origin from its own site too.
    ['the origin null, from this very site', () => ({ origin: 'null', 'sec-fetch-site': 'same-origin' })],
  ])('is done when it comes with %s', async (_what, headers) => {
    const browser = app.browser({ origin: null });
    const done = await browser.postJson('/graphql', { query: mutation }, { headers: { cookie, ...headers() } });
    expect([done.status, done.json()]).toEqual([200, { data: { createOrganization: expect.anything() } }]);
    expect((await changes.logout!(browser, { cookie, ...headers() })).status).toBe(204);
    expect((await browser.get('/api/auth/session', { headers: { cookie } })).status).toBe(401);
  });

  it('is done for a program, which has no cookie and no origin', async () => {
    const program = app.browser({ origin: null });
    expect((await program.postJson('/api/auth/login', ada)).status).toBe(200);
    expect(
      (
        await app
          .admin()
          .graphql('mutation { createOrganization(input: { name: "By a program" }) { organization { id } } }')
      ).errors,
    ).toEqual([]);
  });

  it('is not permitted by an answer to a browser’s question beforehand', async () => {
    for (const path of ['/graphql', '/api/auth/login', '/api/auth/logout']) {
      const headers = {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apollo-require-preflight',
      };
      const answer = await app.browser({ origin: null }).request('OPTIONS', path, { headers });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  async function state(): Promise<unknown> {
    const { rows } = await app.database.query(
      'select (select json_agg(id order by id) from sessions) s, (select count(*) from users) u, (select count(*) from organizations) o',
    );
    return rows;
  }
});

describe('every answer', () => {
  const malformed = (type: string, text: string) => () =>
    app.browser().request('POST', '/api/auth/login', {}, { type, text });
  const json = JSON.stringify({ email: ada.email, password: 'wrong password' });

  const answers: Readonly<Record<string, () => Promise<HttpAnswer>>> = {
    data: () => app.browser().get('/api/auth/providers'),
    'data by GraphQL': () => app.browser().postJson('/graphql', { query: '{ __typename }' }),
    'an error by GraphQL': () => app.browser().postJson('/graphql', { query: '{ viewer { kind } }' }),
    'a document that is wrong': () => app.browser().postJson('/graphql', { query: '{' }),
    'a batch': () => app.browser().postJson('/graphql', []),
    'GraphQL by GET': () => app.browser().get('/graphql?query={__typename}'),
    'an answer that nobody could read': () =>
      app.browser().postJson('/graphql', { query: '{ __typename }' }, { headers: { accept: 'image/png' } }),
    'who is not signed in': () => app.browser().get('/api/auth/session'),
    'a wrong password': () => app.browser().postJson('/api/auth/login', JSON.parse(json)),
    'a wrong key': () => createClient(app.url, { bearer: 'sk-gh-wrong' }).get('/api/auth/session'),
    'another site': () => app.browser({ origin: 'https://evil.example' }).postJson('/api/auth/logout', {}),
    'no such address': () => app.browser().get('/api/nothing'),
    'no such page': () => app.browser().get('/nothing'),
    'no such method': () => app.browser().get('/api/auth/login'),
    'an address that is no address': () => app.browser().get('/api/auth/login/%E0%A4%A'),
    'a key that no column holds': () => app.browser().get('/api/auth/login/%00'),
    'a broken body': malformed('application/json', '{'),
    'a body that is too large': malformed('application/json', JSON.stringify({ email: 'x'.repeat(200_000) })),
    'a body of another type': malformed('text/plain', json),
    'a health check': () => app.browser().get('/healthz'),
    'the verification of a key': () => app.browser().postJson('/api/keys/verify', {}),
    'a page': () => app.browser().get('/sign-in'),
    'a redirect': () => app.browser().get('/'),
    'a stylesheet': () => app.browser().get('/assets/gatehouse.css'),
  };

  it.each(Object.entries(answers))('has an X-Request-Id, and keeps the type that it says: %s', async (_what, send) => {
    const answer = await send();
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.text).not.toMatch(/node_modules|\bat \w+ \(/);
  });

  it.each(['a-proxy.s_id-1', 'a'.repeat(64), randomUUID()])(
    'has the X-Request-Id that a proxy gave: %s',
    async (given) => {
      const headers = { 'x-request-id': given };
      for (const path of ['/healthz', '/api/nothing', '/sign-in']) {
        expect((await app.browser().get(path, { headers })).headers.get('x-request-id')).toBe(given);
      }
    },
  );

  it.each([
    'short',
    'a'.repeat(65),
    'with a space',
    '<script>alert(1)</script>',
    '"; drop table',
    'ünïcödé-id',
    '../../../etc',
  ])('has another X-Request-Id than a hostile one: %s', async (given) => {
    const headers = { 'x-request-id': given };
    for (const answer of [
      await app.browser().get('/api/nothing', { headers }),
      await app.browser().postJson('/api/keys/verify', {}, { headers }),
    ]) {
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.text).not.toContain(given);
    }
  });

  it.each([
    'data',
    'data by GraphQL',
    'an error by GraphQL',
    'who is not signed in',
    'no such address',
    'another site',
    'GraphQL by GET',
  ])('that is no page can be no page, and is not kept: %s', async (what) => {
    const { headers } = await answers[what]!();
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});
