import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { CookieJar } from '../support/servers/cookie-jar.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { beginSignIn, comeBack, configureSso, createTenant, moveSso, whoIs, type Tenant } from '../support/sso.js';

const alice = { sub: 'okta|alice', email: 'alice@acme.test', emailVerified: true, name: 'Alice Ames' };
const bob = { sub: 'okta|bob', email: 'bob@acme.test', emailVerified: false, name: 'Bob' };
const eve = { sub: 'okta|eve', email: 'eve@elsewhere.test', emailVerified: true, name: 'Eve' };

describe('single sign-on at a real provider', () => {
  let app: TestApp;
  let provider: OpenIdProvider;
  let acme: Tenant;
  let key: string;

  const client = { clientId: 'gatehouse', clientSecret: 'a secret: with + 100% odd characters' };

  beforeAll(async () => {
    provider = await startOpenIdProvider({ name: "Acme's Okta", clients: [], accounts: [alice, bob, eve] });
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    key = acme.connection.key;
    provider.registerClient({ ...client, redirectUris: redirectUris() });
  });
  afterEach(() => provider.registerClient({ ...client, redirectUris: redirectUris() }));
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const redirectUris = () => [acme.connection.callbackUrl, `${app.url}/api/v1/auth/login/${key}/callback`];

  /** Begins at an address, is somebody at the provider, and comes back. */
  const signIn = async (account: { sub: string }, begin = `/api/auth/login/${key}`, browser = app.browser()) => {
    const begun = await browser.get(begin);
    expect(begun.status).toBe(303);
    const back = await signInAtProvider(begun.location!, account);
    return { browser, begun, back, ...(await comeBack(app, browser, back)) };
  };

  it('signs in a colleague who was never here before, and who is a member of nothing by that', async () => {
    const { browser, answer, trail } = await signIn(alice, `/api/auth/login/${key}?returnTo=/console`);
    expect(answer.location).toBe(`${app.url}/console`);
    expect(await whoIs(browser)).toBe(alice.email);
    const session = (await browser.get('/api/auth/session')).json<{ user: object; session: object }>();
    expect(session).toMatchObject({
      user: { email: alice.email, name: alice.name, emailVerified: true },
      session: { method: 'oidc', connection: key },
    });
    expect(trail.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['user.created', 'SUCCEEDED'],
      ['identity.linked', 'SUCCEEDED'],
      ['signIn.succeeded', 'SUCCEEDED'],
    ]);
    const { rows } = await app.database.query(
      'select 1 from memberships m join users u on u.id = m.user_id where u.email = $1',
      [alice.email],
    );
    expect(rows).toEqual([]);
  });

  it('knows a colleague again', async () => {
    const first = await signIn(bob);
    const second = await signIn(bob);
    expect(second.trail.map(({ action }) => action)).toEqual(['signIn.succeeded']);
    expect(second.trail[0]?.actor_id).toBe(first.trail.at(-1)?.actor_id);
  });

  it('asks for a code with PKCE, state and nonce, and hints who is coming', async () => {
    const url = new URL(await beginSignIn(app.browser(), key, '?login_hint=alice%40acme.test'));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'gatehouse',
      response_type: 'code',
      redirect_uri: acme.connection.callbackUrl,
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      login_hint: 'alice@acme.test',
    });
  });

  it.each(['x'.repeat(255), 'a b', 'a\nb', '', 'ä'])('leaves out a hint that is none (%j)', async (hint) => {
    const url = new URL(await beginSignIn(app.browser(), key, `?login_hint=${encodeURIComponent(hint)}`));
    expect(url.searchParams.has('login_hint')).toBe(false);
  });

  it('comes back to the older callback address when it began at the older login address', async () => {
    const { browser, begun, back } = await signIn(alice, `/api/v1/auth/login/${key}?returnTo=/console`);
    expect(new URL(begun.location!).searchParams.get('redirect_uri')).toBe(
      `${app.url}/api/v1/auth/login/${key}/callback`,
    );
    expect(back).toMatch(`${app.url}/api/v1/auth/login/${key}/callback?code=`);
    expect(await whoIs(browser)).toBe(alice.email);
  });

  it('refuses at one callback address what began for the other', async () => {
    const browser = app.browser();
    const back = await signInAtProvider(await beginSignIn(browser, key), alice);
    const moved = back.replace(`/api/auth/callback/${key}`, `/api/v1/auth/login/${key}/callback`);
    const { trail } = await comeBack(app, browser, moved);
    expect(trail[0]?.after).toMatchObject({
      reason: 'CALLBACK_MALFORMED',
      detail: 'another redirect URI than at the start',
    });
  });

  describe('begun from the provider’s list of applications', () => {
    it('is an ordinary sign-in', async () => {
      const query = new URLSearchParams({
        provider: key,
        iss: provider.issuer,
        login_hint: alice.email,
        target_link_uri: `${app.url}/console`,
      });
      const { browser, begun, answer } = await signIn(alice, `/auth/sso-initiate?${query.toString()}`);
      expect(new URL(begun.location!).searchParams.get('login_hint')).toBe(alice.email);
      expect(answer.location).toBe(`${app.url}/console`);
      expect(await whoIs(browser)).toBe(alice.email);
    });

    it('may be begun by a form that the provider’s page posts (OpenID Connect Core 4)', async () => {
      const form = { iss: provider.issuer, login_hint: alice.email, target_link_uri: `${app.url}/console` };
      const posted = await app.browser().postForm(`/auth/sso-initiate?provider=${key}`, form, {
        headers: { origin: 'https://portal.example.com', 'sec-fetch-site': 'cross-site' },
      });
      expect(posted.status).toBe(303);
      const { begun, answer } = await signIn(alice, posted.location!.replace(app.url, ''));
      expect(new URL(begun.location!).searchParams.get('login_hint')).toBe(alice.email);
      expect(answer.location).toBe(`${app.url}/console`);
    });

    it('needs nothing but the connection', async () => {
      const { answer } = await signIn(
        alice,
        new URL(acme.connection.initiateUrl).pathname + new URL(acme.connection.initiateUrl).search,
      );
      expect(answer.location).toBe(`${app.url}/`);
    });

    it.each(['https://evil.test/', '//evil.test', 'http://localhost.evil.test/'])(
      'leads home instead of to %s',
      async (target) => {
        const { answer } = await signIn(
          alice,
          `/auth/sso-initiate?provider=${key}&target_link_uri=${encodeURIComponent(target)}`,
        );
        expect(answer.location).toBe(`${app.url}/`);
      },
    );

    it('is refused when it names another issuer, or no connection', async () => {
      for (const [query, code] of [
        [`provider=${key}&iss=https://evil.test`, 'SIGN_IN_FAILED'],
        ['provider=nobody.test.okta', 'PROVIDER_UNKNOWN'],
        ['', 'PROVIDER_UNKNOWN'],
      ]) {
        const { answer, trail } = await comeBack(app, app.browser(), `/auth/sso-initiate?${query}`);
        expect(new URL(answer.location!).searchParams.get('code')).toBe(code);
        expect(trail.map(({ action }) => action)).toEqual(['signIn.refused']);
      }
    });
  });

  it('says on a page that a connection is not there, in the words used for one that never was', async () => {
    for (const path of [
      '/api/auth/login/nobody.test.okta',
      '/api/auth/callback/nobody.test.okta?code=a&state=b',
      '/api/auth/login/%00',
    ]) {
      const { answer, trail } = await comeBack(app, app.browser(), path);
      expect(answer.status).toBe(303);
      expect(answer.location).toMatch(/\/auth-error\?code=PROVIDER_UNKNOWN&ref=[\w-]+$/);
      expect(trail).toEqual([
        expect.objectContaining({
          action: 'signIn.refused',
          after: expect.objectContaining({ reason: 'PROVIDER_UNKNOWN' }),
        }),
      ]);
      expect((await app.browser().get(answer.location!)).text).toMatch('Nobody signs in here');
    }
  });

  it('refuses an email outside the verified domain, whatever the provider says', async () => {
    const { browser, answer, trail } = await signIn(eve);
    expect(answer.location).toMatch('/auth-error?code=EMAIL_OUTSIDE_DOMAIN&ref=');
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'signIn.refused',
        after: { reason: 'EMAIL_OUTSIDE_DOMAIN', method: 'oidc', connection: key, email: eve.email },
      }),
    ]);
    expect(await whoIs(browser)).toBeNull();
  });

  it('tells a person who changes their mind at the provider, and the trail', async () => {
    const browser = app.browser();
    const state = new URL(await beginSignIn(browser, key)).searchParams.get('state')!;
    const callback = `${acme.connection.callbackUrl}?error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    const { answer, trail } = await comeBack(app, browser, callback);
    expect(answer.location).toMatch('/auth-error?code=PROVIDER_DENIED&ref=');
    expect(trail[0]?.after).toMatchObject({ reason: 'PROVIDER_DENIED', detail: 'access_denied' });
  });

  it('proves itself in the form where the provider wants it so', async () => {
    const { owner, domainId } = acme;
    await configureSso(owner, { domainId, provider: 'OKTA', clientAuthMethod: 'CLIENT_SECRET_POST' });
    provider.registerClient({ ...client, redirectUris: redirectUris(), tokenEndpointAuthMethod: 'client_secret_post' });
    expect(await whoIs((await signIn(alice)).browser)).toBe(alice.email);

    await configureSso(owner, { domainId, provider: 'OKTA', clientAuthMethod: 'CLIENT_SECRET_BASIC' });
    const { trail } = await signIn(alice);
    expect(trail[0]?.after).toMatchObject({ reason: 'CODE_REFUSED' });
  });

  it('uses a new client secret from the next sign-in on', async () => {
    const { owner, domainId } = acme;
    provider.registerClient({ ...client, clientSecret: 'a new secret of Acme', redirectUris: redirectUris() });
    expect((await signIn(alice)).trail[0]?.after).toMatchObject({ reason: 'CODE_REFUSED' });
    await configureSso(owner, { domainId, provider: 'OKTA', clientSecret: 'a new secret of Acme' });
    expect(await whoIs((await signIn(alice)).browser)).toBe(alice.email);
    await configureSso(owner, { domainId, provider: 'OKTA', clientSecret: client.clientSecret });
  });

  it('is the only way in where it is enforced', async () => {
    await moveSso(acme.owner, 'enforceSso', acme.connection.id);
    const answer = await app
      .browser()
      .postJson('/api/auth/login', { email: 'Alice@ACME.test ', password: 'whatever it was' });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'SSO_REQUIRED', loginUrl: `/api/auth/login/${key}` });
    expect(await whoIs((await signIn(alice)).browser)).toBe(alice.email);
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
  });

  it('signs in whoever the provider knows already, with no page between', async () => {
    const cookies = new CookieJar();
    const browser = app.browser();
    for (const account of [alice, bob]) {
      const back = await signInAtProvider(await beginSignIn(browser, key), account, cookies);
      await comeBack(app, browser, back);
      expect(await whoIs(browser)).toBe(account.email);
    }
  });
});
