import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { beginSignIn, comeBack, createTenant, whoIs, type Tenant } from '../support/sso.js';

const alice = { sub: 'okta|alice', email: 'alice@acme.test', emailVerified: true, name: 'Alice Ames' };

describe('single sign-on', () => {
  let app: TestApp;
  let provider: OpenIdProvider;
  let acme: Tenant;

  const client = { clientId: 'gatehouse', clientSecret: 'a secret: with + 100% odd characters' };

  beforeAll(async () => {
    provider = await startOpenIdProvider({ name: "Acme's Okta", clients: [], accounts: [alice] });
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    provider.registerClient({ ...client, redirectUris: [acme.connection.callbackUrl] });
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  it('signs in a colleague who was never here before', async () => {
    const browser = app.browser();
    const back = await signInAtProvider(await beginSignIn(browser, acme.connection.key, '?returnTo=/console'), alice);
    const { answer, trail } = await comeBack(app, browser, back);
    expect(answer.location).toBe(`${app.url}/console`);
    expect(trail).toEqual([]);
    expect(await whoIs(browser)).toBe(alice.email);
  });
});
