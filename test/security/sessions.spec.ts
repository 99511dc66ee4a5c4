import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { createPerson } from '../support/factories.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

const password = 'correct horse battery';
const madeUp = 'A'.repeat(43);

/** Each way to a session by a password: what is sent, to where. */
const waysIn = [
  {
    way: 'sign-up by API',
    enter: (browser: HttpClient, email: string, headers = {}) =>
      browser.postJson('/api/auth/signup', { email, name: 'Ada', password }, { headers }),
    isNew: true,
  },
  {
    way: 'sign-up by page',
    enter: (browser: HttpClient, email: string, headers = {}) =>
      browser.postForm('/sign-up', { email, name: 'Ada', password }, { headers }),
    isNew: true,
  },
  {
    way: 'sign-in by API',
    enter: (browser: HttpClient, email: string, headers = {}) =>
      browser.postJson('/api/auth/login', { email, password }, { headers }),
    isNew: false,
  },
  {
    way: 'sign-in by page',
    enter: (browser: HttpClient, email: string, headers = {}) =>
      browser.postForm('/sign-in/password', { email, password }, { headers }),
    isNew: false,
  },
];

const waysOut = [
  { way: 'the API', leave: (browser: HttpClient) => browser.postJson('/api/auth/logout', {}) },
  { way: 'the page', leave: (browser: HttpClient) => browser.postForm('/sign-out', {}) },
];

describe('sessions withstand', () => {
  let app: TestApp;
  let ada: string;
  let bob: string;

  beforeAll(async () => {
    app = await startTestApp({ AUTH_SESSION_MAX_AGE: '600', AUTH_SESSION_IDLE_TIMEOUT: '60' });
    [ada, bob] = [await signedUp('ada@example.test'), await signedUp('bob@example.test')];
  });
  afterAll(() => app.stop());

  async function signedUp(email: string): Promise<string> {
    const answer = await app.browser().postJson('/api/auth/signup', { email, name: 'Ada', password });
    if (answer.status !== 201) throw new Error(answer.text);
    return email;
  }

  async function signedIn(email: string): Promise<HttpClient> {
    const browser = app.browser();
    await browser.postJson('/api/auth/login', { email, password });
    return browser;
  }

  const newcomer = () => `${randomUUID()}@example.test`;
  const tokenOf = (browser: HttpClient) => browser.cookies.get('gatehouse')?.value ?? '';
  const holding = (token: string) => app.browser({ headers: { cookie: `gatehouse=${token}` } });
  const plant = (browser: HttpClient, value: string) =>
    browser.cookies.set({ name: 'gatehouse', value, host: 'localhost', path: '/', secure: false, httpOnly: true });

  /** As whom a cookie is taken, everywhere that one is looked at. */
  async function seenAs(browser: HttpClient): Promise<unknown[]> {
    const [rest, graphql, page, home] = [
      await browser.get('/api/auth/session'),
      await browser.graphql<{ viewer: { user: { email: string } | null } }>('{ viewer { user { email } } }'),
      await browser.get('/console'),
      await browser.get('/'),
    ];
    const change = await browser.graphql(
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } } }',
      { input: { name: 'By whoever holds a cookie' } },
    );
    return [
      rest.status === 200 ? rest.json<{ user: { email: string } }>().user.email : rest.status,
      graphql.data?.viewer.user?.email ?? graphql.errors[0]?.extensions.code,
      page.status === 200 ? /<dd>([^<]+@[^<]+)<\/dd>/.exec(page.text)?.[1] : page.location,
      home.location,
      change.errors[0]?.extensions.code ?? 'changed',
    ];
  }

  const nobody = () => [
    401,
    'UNAUTHENTICATED',
    `${app.url}/sign-in?returnTo=%2Fconsole`,
    `${app.url}/sign-in`,
    'UNAUTHENTICATED',
  ];
  const somebody = (email: string) => [email, email, email, `${app.url}/console`, 'changed'];

  describe.each(waysIn)('at $way', ({ enter, isNew }) => {
    const emailFor = (known: string) => (isNew ? newcomer() : known);

    it('30: a cookie that an attacker has made up, which never becomes a session', async () => {
      const victim = app.browser();
      plant(victim, madeUp);
      await enter(victim, emailFor(ada));
      expect(tokenOf(victim)).toMatch(/^[\w-]{43}$/);
      expect(tokenOf(victim)).not.toBe(madeUp);
      expect(await seenAs(holding(madeUp))).toEqual(nobody());
    });

    it("30: an attacker's own session, planted: it is dead afterwards, and the victim's is another", async () => {
      const attacker = await signedIn(bob);
      const victim = app.browser();
      plant(victim, tokenOf(attacker));
      const email = emailFor(ada);
      await enter(victim, email);
      expect(tokenOf(victim)).not.toBe(tokenOf(attacker));
      expect(await seenAs(victim)).toEqual(somebody(email));
      expect(await seenAs(attacker)).toEqual(nobody());
    });

    it("31: signed in as X, in comes Y: X's session is dead, and both are on the trail", async () => {
      const browser = await signedIn(bob);
      const old = tokenOf(browser);
      const requestId = randomUUID();
      const email = emailFor(ada);
      await enter(browser, email, { 'x-request-id': requestId });
      expect(await seenAs(holding(old))).toEqual(nobody());
      expect(await seenAs(browser)).toEqual(somebody(email));
      const [ended, opened] = (await trailOfRequest(app, requestId)).filter(({ action }) => action !== 'user.created');
      expect([ended, opened]).toEqual([
        expect.objectContaining({
          action: 'session.ended',
          actor_label: email,
          after: { userId: await idOf(bob), why: 'replaced' },
        }),
        expect.objectContaining({ action: 'signIn.succeeded', actor_label: email, actor_id: await idOf(email) }),
      ]);
    });
  });

  it('30: whoever signs in again as themselves gets a new session, and the old one is dead', async () => {
    const browser = await signedIn(ada);
    const old = tokenOf(browser);
    await browser.postJson('/api/auth/login', { email: ada, password });
    expect(tokenOf(browser)).not.toBe(old);
    expect(await seenAs(holding(old))).toEqual(nobody());
  });

  it('30: a refused sign-in, which opens nothing and ends nothing', async () => {
    const browser = await signedIn(ada);
    const old = tokenOf(browser);
    const refused = await browser.postJson('/api/auth/login', { email: bob, password: 'not that one' });
    expect([refused.status, refused.setCookies, tokenOf(browser)]).toEqual([401, [], old]);
    expect(await seenAs(browser)).toEqual(somebody(ada));
  });

  it.each(waysOut)('32: a cookie that was stolen before its owner signed out by $way', async ({ leave }) => {
    const browser = await signedIn(ada);
    const thief = holding(tokenOf(browser));
    expect(await seenAs(thief)).toEqual(somebody(ada));
    await leave(browser);
    expect(browser.cookies.get('gatehouse')).toBeNull();
    expect(await seenAs(thief)).toEqual(nobody());
  });

  it.each(['idle_expires_at', 'expires_at'])('32: a cookie whose session is past its %s', async (column) => {
    const browser = await signedIn(ada);
    await changeSession(browser, `${column} = now()`);
    expect(await seenAs(browser)).toEqual(nobody());
  });

  it('32: a session that is used: that puts its idle end off, and never its last', async () => {
    const browser = await signedIn(ada);
    const [opened] = await changeSession(
      browser,
      `last_seen_at = now() - interval '50 minutes', idle_expires_at = now() + interval '10 minutes'`,
    );
    expect(minutesFromNow(opened?.expires_at)).toBe(600);
    expect(await seenAs(browser)).toEqual(somebody(ada));
    const [used] = await changeSession(browser, 'method = method');
    expect(minutesFromNow(used?.idle_expires_at)).toBe(60);
    expect(used?.expires_at).toEqual(opened?.expires_at);
  });

  it('32: what never was a token: oversized, of other characters, a digest from a copy of the database', async () => {
    const browser = await signedIn(ada);
    const { rows } = await app.database.query<{ digest: Buffer }>('select token_digest as digest from sessions');
    const digests = rows.flatMap(({ digest }) => [digest.toString('hex'), digest.toString('base64url')]);
    expect(digests).not.toContain(tokenOf(browser));
    for (const token of [...digests.slice(-2), 'x'.repeat(201), '', "' or '1'='1", '%00', tokenOf(browser).slice(1)]) {
      expect((await holding(token).get('/api/auth/session')).status).toBe(401);
    }
  });

  it('46: the open sessions of somebody who is deactivated, from the next request on', async () => {
    const mallory = await createPerson(app);
    expect(await seenAs(mallory.browser)).toEqual(somebody(mallory.email));
    await app.database.query('update users set deactivated_at = now() where id = $1', [mallory.id]);
    expect(await seenAs(mallory.browser)).toEqual(nobody());
  });

  it.each(waysIn)(
    '30, 33: at $way over http, a cookie for this host alone, out of reach of scripts',
    async ({ enter, isNew }) => {
      const answer = await enter(app.browser(), isNew ? newcomer() : ada);
      expect(cookieIn(answer)).toEqual(['gatehouse', 'expires', 'httponly', 'path=/', 'samesite=lax']);
    },
  );

  async function idOf(email: string): Promise<string> {
    const { rows } = await app.database.query<{ id: string }>('select id from users where email = $1', [email]);
    return rows[0]?.id ?? '';
  }

  async function changeSession(
    browser: HttpClient,
    change: string,
  ): Promise<{ idle_expires_at: Date; expires_at: Date }[]> {
    const { rows } = await app.database.query<{ idle_expires_at: Date; expires_at: Date }>(
      `update sessions set ${change} where token_digest = sha256($1::text::bytea) returning idle_expires_at, expires_at`,
      [tokenOf(browser)],
    );
    return rows;
  }
});

describe('sessions over https', () => {
  const publicUrl = 'https://gatehouse.example.test';
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ ROOT_URL: publicUrl });
    await app.browser({ publicUrl }).postJson('/api/auth/signup', { email: 'ada@example.test', name: 'Ada', password });
  });
  afterAll(() => app.stop());

  it.each(waysIn)(
    '30, 33: at $way, a cookie of the __Host- kind, which no other host and no plain page can set',
    async ({ enter, isNew }) => {
      const browser = app.browser({ publicUrl });
      const answer = await enter(browser, isNew ? `${randomUUID()}@example.test` : 'ada@example.test');
      expect(cookieIn(answer)).toEqual(['__Host-gatehouse', 'expires', 'httponly', 'path=/', 'samesite=lax', 'secure']);
      expect((await browser.get('/api/auth/session')).status).toBe(200);
    },
  );

  it.each(waysOut)(
    '32: signing out by $way takes the cookie away in a form that a browser obeys',
    async ({ leave }) => {
      const browser = app.browser({ publicUrl });
      await browser.postJson('/api/auth/login', { email: 'ada@example.test', password });
      expect(browser.cookies.get('__Host-gatehouse')).not.toBeNull();
      expect(cookieIn(await leave(browser))).toEqual([
        '__Host-gatehouse',
        'expires',
        'httponly',
        'path=/',
        'samesite=lax',
        'secure',
      ]);
      expect(browser.cookies.all().filter(({ name }) => !keptBySignedOut.test(name))).toEqual([]);
    },
  );

  it('30: a good token under the plain name, which a neighbouring host could have planted, is nobody', async () => {
    const attacker = app.browser({ publicUrl });
    await attacker.postJson('/api/auth/login', { email: 'ada@example.test', password });
    const token = attacker.cookies.get('__Host-gatehouse')?.value ?? '';
    const victim = (name: string) => app.browser({ publicUrl, headers: { cookie: `${name}=${token}` } });
    expect((await victim('__Host-gatehouse').get('/api/auth/session')).status).toBe(200);
    for (const name of ['gatehouse', 'Host-gatehouse', '__host-gatehouse', '__Secure-gatehouse']) {
      expect((await victim(name).get('/api/auth/session')).status).toBe(401);
    }
  });
});

/** What a browser keeps when somebody signs out: it opens nothing. */
const keptBySignedOut = /^(__Host-)?gatehouse-(device|last-method)$/;

/** The name of the session cookie that an answer sets, and its attributes: sorted, without the value and the date. */
function cookieIn({ setCookies }: HttpAnswer): string[] {
  const names = setCookies.map((cookie) => cookie.slice(0, cookie.indexOf('=')));
  expect(names.slice(1).filter((name) => !keptBySignedOut.test(name))).toEqual([]);
  const [pair = '', ...attributes] = (setCookies[0] ?? '').split('; ');
  const named = attributes.map((attribute) => attribute.toLowerCase().replace(/^expires=.*/, 'expires'));
  return [pair.slice(0, pair.indexOf('=')), ...named.sort()];
}

const minutesFromNow = (date: Date | undefined): number => Math.round(((date?.getTime() ?? 0) - Date.now()) / 60_000);
