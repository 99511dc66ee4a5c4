import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { providerSettings, stranger } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { attemptSignIn, createTenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };

describe('the way by which somebody last came in', () => {
  let app: TestApp;
  let provider: HostileProvider;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    const here = { ...client, issuer: provider.issuer };
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('OKTA', here, { NAME: 'Our Okta' }),
      ...providerSettings('CUSTOM', here, { NAME: 'Our own' }),
    });
    await createTenant(app, 'acme.test', here);
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** The ways that the page offers, in their order, as a person reads them. */
  async function offered(browser: HttpClient): Promise<string[]> {
    const { text } = await browser.get('/sign-in');
    const links = [...text.matchAll(/<a class="button" href="[^"]*">(.*?)<\/a>/gs)];
    return links.map(([, words = '']) => words.replace(/<[^>]+>/g, '').trim());
  }

  it('is unknown to a new browser, which is offered the providers as they are configured', async () => {
    const browser = app.browser();
    expect(await offered(browser)).toEqual(['Continue with Our Okta', 'Continue with Our own']);
    expect((await browser.get('/sign-in')).text).toContain('Single sign-on trouble?');
  });

  it('comes first when they come back', async () => {
    const { browser } = await attemptSignIn(app, provider, 'custom', stranger('example.test'));
    await browser.postForm('/sign-out', {});
    expect(await offered(browser)).toEqual(['Continue with Our own Last used', 'Continue with Our Okta']);
  });

  it('may be a connection, which nobody else is offered', async () => {
    const { browser } = await attemptSignIn(app, provider, 'acme.test.okta', stranger('acme.test'));
    await browser.postForm('/sign-out', {});
    const [first, ...others] = await offered(browser);
    expect(first).toMatch(/ Last used$/);
    expect(others).toEqual(['Continue with Our Okta', 'Continue with Our own']);
  });

  it('may be a password', async () => {
    const browser = app.browser();
    await browser.postJson('/api/auth/signup', {
      email: 'ada@example.test',
      name: 'Ada',
      password: 'correct horse battery',
    });
    await browser.postForm('/sign-out', {});
    expect((await browser.get('/sign-in')).text).toContain('Last time you used a password.');
  });

  it.each(['gone', '../x', '"><script>', 'javascript:alert(1)', 'a'.repeat(400)])(
    'that nobody knows (%s) is passed over',
    async (cookie) => {
      const browser = app.browser({ headers: { cookie: `gatehouse-last-method=${cookie}` } });
      expect(await offered(browser)).toEqual(['Continue with Our Okta', 'Continue with Our own']);
    },
  );
});
