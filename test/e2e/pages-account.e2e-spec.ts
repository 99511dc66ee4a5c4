import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { providerSettings } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { addMember, createOrganization, createPerson } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';

const password = 'correct horse battery';
const client = { clientId: 'gatehouse', clientSecret: 'plainly-not-a-secret-0123456789' };

describe('the pages of one’s own account', () => {
  let app: TestApp;
  let provider: OpenIdProvider;
  let browser: Browser;
  let person: Visit;

  beforeAll(async () => {
    browser = await launchBrowser();
    provider = await startOpenIdProvider({
      name: 'Our Keycloak',
      clients: [],
      accounts: looks.map(({ slug }) => ({
        sub: `ada-${slug}`,
        email: `ada-${slug}@example.test`,
        emailVerified: true,
        name: `Ada ${slug}`,
      })),
    });
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}`,
      ...providerSettings('KEYCLOAK', { issuer: provider.issuer, ...client }, { NAME: 'Our Keycloak' }),
    });
    provider.registerClient({ ...client, redirectUris: [`${app.url}/api/auth/callback/keycloak`] });
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await provider.stop();
  });

  describe.each(looks)('$name', (look) => {
    const email = `ada-${look.slug}@example.test`;

    beforeAll(async () => {
      person = await visit(browser, app.url, look, [provider.url]);
      await app.browser().postJson('/api/auth/signup', { email, name: 'Ada Lovelace', password });
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    async function signIn(): Promise<void> {
      await person.page.goto(`${app.url}/sign-in/password?email=${encodeURIComponent(email)}`);
      await person.submit({ password });
    }
    const stale = () => app.database.query(`update sessions set proven_at = now() - interval '1 hour'`);

    it('show how somebody signs in, and let them add a provider and take it away, proving first who they are', async () => {
      await signIn();
      await person.go('Your account');
      expect(await person.heading()).toBe('Your account');
      expect(await person.faults()).toEqual([]);

      await stale();
      await person.go('Add Our Keycloak');
      expect(await person.heading()).toBe('Confirm that it is you');
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: false });
      expect(await person.faults()).toEqual([]);
      await person.submit({ password: 'not that one' });
      expect(await person.focus()).toEqual({
        name: 'password',
        isInvalid: true,
        description: 'The password is not right.',
      });
      expect(await person.faults()).toEqual([]);
      await person.submit({ password });
      expect(person.path()).toBe('/account');

      await person.go('Add Our Keycloak');
      await person.page.waitForURL(`${provider.url}/**`);
      await person.page.getByRole('button', { name: `Ada ${look.slug}` }).click();
      await person.page.waitForURL(`${app.url}/account?done=linked`);
      expect(await person.page.getByRole('status').innerText()).toBe('From now on you can sign in with it too.');
      expect(await person.faults()).toEqual([]);

      await person.go('Remove Our Keycloak');
      expect(await person.page.getByRole('status').innerText()).toBe('You cannot sign in with it any more.');
      expect(await person.faults()).toEqual([]);
    });

    it('let somebody change their password, and lose nothing when the new one is weak', async () => {
      await signIn();
      await person.page.goto(`${app.url}/account`);
      await person.go('Change your password');
      expect(await person.heading()).toBe('Change your password');
      await person.submit({ password: 'password1234' });
      expect(await person.focus()).toMatchObject({ name: 'password', isInvalid: true });
      expect(await person.faults()).toEqual([]);
      await person.submit({ password });
      expect(await person.page.getByRole('status').innerText()).toContain('Your password is changed');

      await person.go('Change your email');
      await person.submit({ email: 'ada@localhost' });
      expect(await person.focus()).toMatchObject({ name: 'email', isInvalid: true });
      expect(await person.faults()).toEqual([]);
      await person.submit({ email: `new-${email}` });
      expect(await person.heading()).toBe('Look into your mail');
      expect(await person.faults()).toEqual([]);
    });

    it('let somebody choose the organization in which they work', async () => {
      const { rows } = await app.database.query<{ id: string }>('select id from users where email = $1', [email]);
      const ada = { id: rows[0]?.id ?? '', email, browser: app.browser() };
      for (const name of ['Acme', 'Globex'])
        await addMember(app, (await createOrganization(await createPerson(app), name)).id, ada, 'VIEWER');
      await signIn();
      await person.go('Choose an organization');
      expect(await person.heading()).toBe('Choose an organization');
      expect(await person.faults()).toEqual([]);
      await person.go('Globex');
      await person.page.goto(`${app.url}/choose-organization`);
      expect(await person.page.getByRole('button', { name: 'Globex' }).innerText()).toContain('Current');
      expect(await person.faults()).toEqual([]);
    });

    it('offer first by what somebody last came in', async () => {
      await signIn();
      await person.go('Sign out');
      expect(await person.page.locator('main').innerText()).toContain('Last time you used a password.');
      expect(await person.faults()).toEqual([]);
    });
  });
});
