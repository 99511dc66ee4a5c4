import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { providerSettings } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { createClient, redirectTarget } from '../support/servers/http-client.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { attemptSignIn, beginSignIn, configureSso, createTenant, whoIs, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret' };
const alice = { sub: 'alice', email: 'alice@company.test', emailVerified: true, name: 'Alice' };

describe('signing out at the provider', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let real: OpenIdProvider;
  let acme: Tenant;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    real = await startOpenIdProvider({ name: 'Corporate', clients: [], accounts: [alice] });
    const here = { ...client, issuer: provider.issuer };
    const on = { SIGN_OUT_AT_PROVIDER: 'true' };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('KEYCLOAK', here, on),
      ...providerSettings('COGNITO', here, on),
      ...providerSettings('OKTA', here),
      ...providerSettings('CUSTOM', { ...client, issuer: real.issuer }, { ...on, NAME: 'Corporate' }),
    });
    real.registerClient({
      ...client,
      redirectUris: [`${app.url}/api/auth/callback/custom`],
      postLogoutRedirectUris: [`${app.url}/sign-in?signedOut=1`],
    });
    acme = await createTenant(app, 'acme.test', here);
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), real.stop()]);
  });

  const offering = (end_session_endpoint: string) =>
    provider.misbehave({ discovery: { members: { end_session_endpoint } } });
  const signedIn = async (key: string, email = 'mia@example.test'): Promise<HttpClient> => {
    const { browser, answer } = await attemptSignIn(app, provider, key, { sub: `${key} ${email}`, email });
    expect([answer.location, await whoIs(browser)]).toEqual([`${app.url}/`, email]);
    return browser;
  };
  const signOut = (browser: HttpClient, fields: Record<string, string> = {}) => browser.postForm('/sign-out', fields);
  const expectPlain = async (answer: HttpAnswer, browser: HttpClient) => {
    expect([answer.status, answer.location]).toEqual([303, `${app.url}/sign-in?signedOut=1`]);
    expect(await whoIs(browser)).toBeNull();
  };

  it('goes all the way at a real provider, and comes back signed out', async () => {
    const browser = app.browser();
    const begun = await beginSignIn(browser, 'custom');
    await browser.get(await signInAtProvider(begun, alice));
    expect(await whoIs(browser)).toBe(alice.email);
    const answer = await signOut(browser);
    expect(await whoIs(browser)).toBeNull();
    const there = createClient(real.url);
    const asked = await there.get(redirectTarget(answer)!);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(asked.text)?.[1] ?? '';
    const done = await there.postForm('/session/end/confirm', { xsrf, logout: 'yes' });
    expect(done.location).toBe(`${app.url}/sign-in?signedOut=1`);
    expect((await browser.get(done.location!)).text).toMatch('You are signed out.');
  });

  it('ends our session first, and leads on through a page that a browser may follow', async () => {
    offering(`${provider.issuer}/logout?tenant=a%26b`);
    const browser = await signedIn('keycloak', 'kim@example.test');
    const answer = await signOut(browser);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch('Keycloak');
    expect(answer.setCookies.join()).toMatch(/gatehouse=;/);
    expect(await whoIs(browser)).toBeNull();
    const to = new URL(redirectTarget(answer)!);
    expect(to.origin + to.pathname).toBe(`${provider.issuer}/logout`);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      tenant: 'a&b',
      client_id: 'gatehouse',
      post_logout_redirect_uri: `${app.url}/sign-in?signedOut=1`,
    });
  });

  it('names the way back as Cognito wants it', async () => {
    offering(`${provider.issuer}/logout`);
    const to = new URL(redirectTarget(await signOut(await signedIn('cognito', 'cora@example.test')))!);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      client_id: 'gatehouse',
      logout_uri: `${app.url}/sign-in?signedOut=1`,
    });
  });

  it('is told to programs in a header', async () => {
    offering(`${provider.issuer}/logout`);
    const browser = await signedIn('keycloak', 'kim@example.test');
    const answer = await browser.postJson('/api/auth/logout', {});
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.get('x-provider-sign-out')).toMatch(`${provider.issuer}/logout?client_id=gatehouse`);
    expect(await whoIs(browser)).toBeNull();
    const again = await browser.postJson('/api/auth/logout', {});
    expect([again.status, again.headers.get('x-provider-sign-out')]).toEqual([204, null]);
  });

  it('is not done where nobody has asked for it', async () => {
    offering(`${provider.issuer}/logout`);
    const browser = await signedIn('okta', 'oda@example.test');
    await expectPlain(await signOut(browser), browser);
  });

  it('is not done where the provider has no such place', async () => {
    const browser = await signedIn('keycloak', 'kim@example.test');
    await expectPlain(await signOut(browser), browser);
  });

  it('is not done for who goes on here with another account', async () => {
    offering(`${provider.issuer}/logout`);
    const browser = await signedIn('keycloak', 'kim@example.test');
    const answer = await signOut(browser, { returnTo: '/accept-invitation?token=x' });
    expect([answer.status, answer.location]).toEqual([303, `${app.url}/accept-invitation?token=x`]);
    expect(await whoIs(browser)).toBeNull();
  });

  it.each(['javascript:alert(1)', 'http://login.example.com/logout', 'https://10.0.0.1/logout', 'logout'])(
    'is not done at %s, and signing in works all the same',
    async (endpoint) => {
      offering(endpoint);
      const browser = await signedIn('keycloak', 'kim@example.test');
      await expectPlain(await signOut(browser), browser);
    },
  );

  it('is an organization’s to choose for its connection, and is on its trail', async () => {
    offering(`${provider.issuer}/logout`);
    const { owner, domainId, connection, organizationId } = acme;
    const before = await signedIn(connection.key, 'mia@acme.test');
    await expectPlain(await signOut(before), before);
    await configureSso(owner, { domainId, provider: 'OKTA', signOutAtProvider: true });
    const after = await signedIn(connection.key, 'mia@acme.test');
    expect(redirectTarget(await signOut(after))).toMatch(`${provider.issuer}/logout?`);
    const { rows } = await app.database.query(
      `select before->'signOutAtProvider' as before, after->'signOutAtProvider' as after from audit_events
       where chain_id = $1 and action = 'ssoConnection.updated'`,
      [organizationId],
    );
    expect(rows).toEqual([{ before: false, after: true }]);
  });

  it.each(['server error', 'not JSON', 'silent'] as const)(
    'is no hindrance where the provider is down: %s',
    async (fault) => {
      offering(`${provider.issuer}/logout`);
      const browser = await signedIn('keycloak', 'kim@example.test');
      provider.misbehave({ discovery: { fault } });
      const begun = Date.now();
      await expectPlain(await signOut(browser), browser);
      expect(Date.now() - begun).toBeLessThan(3_000);
    },
  );
});
