import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { providerSettings } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { createTenant, moveSso, type Tenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a secret of Acme and of nobody else' };
const accounts = looks.map(({ slug }) => ({
  sub: slug,
  email: `mia-${slug}@acme.test`,
  emailVerified: true,
  name: `Mia ${slug}`,
}));
const password = 'correct horse battery';
const elsewhere =
  'The organization that owns this email domain signs in through its identity provider. Press Continue to go there.';

describe('single sign-on at the hosted pages', () => {
  let app: TestApp;
  let browser: Browser;
  let provider: OpenIdProvider;
  let deadPort: number;
  let person: Visit;

  beforeAll(async () => {
    provider = await startOpenIdProvider({ name: "Acme's Okta", clients: [], accounts });
    deadPort = await freePort();
    [app, browser] = await Promise.all([
      startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port},127.0.0.1:${deadPort}` }),
      launchBrowser(),
    ]);
    await tenant('acme.test');
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await provider.stop();
  });

  async function tenant(domain: string): Promise<Tenant> {
    const made = await createTenant(app, domain, { issuer: provider.issuer, ...client });
    const registered = provider.clients.flatMap(({ redirectUris }) => redirectUris);
    provider.registerClient({ ...client, redirectUris: [...registered, made.connection.callbackUrl] });
    return made;
  }

  const arrive = (path: string) => person.page.goto(app.url + path);
  /** Stays at the page that leads on, as a browser does in which somebody presses Stop. */
  const holdAtContinue = () => person.page.route('**/api/auth/login/**', (route) => route.abort('aborted'));
  const links = () => person.page.locator('main').getByRole('link').allInnerTexts();

  describe.each(looks)('$name', (look) => {
    beforeAll(async () => {
      person = await visit(browser, app.url, look, [provider.url]);
    });
    afterEach(() => person.forget());
    afterAll(() => person.end());

    const email = `mia-${look.slug}@acme.test`;

    it('takes whoever types an address of the domain to the provider, and back to where they wanted to go', async () => {
      await arrive('/sign-in?returnTo=%2Fconsole%3Ftab%3D1');
      await person.submit({ email });
      await person.page.waitForURL(`${provider.url}/**`);
      await person.page.getByRole('button', { name: `Mia ${look.slug}` }).click();
      await person.page.waitForURL(`${app.url}/**`);
      expect(person.page.url()).toBe(`${app.url}/console?tab=1`);
      expect(await person.page.locator('dd').allInnerTexts()).toEqual([
        email,
        'OpenID Connect',
        'acme.test.okta',
        expect.stringMatching(/UTC$/),
      ]);
      expect(await person.faults()).toEqual([]);
    });

    it('says who is waiting, for a browser that does not go on by itself, and lets a password do instead', async () => {
      await arrive('/sign-in?returnTo=%2Fconsole%3Ftab%3D2');
      await holdAtContinue();
      await person.submit({ email });
      expect(await person.page.locator('main').innerText()).toContain('Taking you to Okta.');
      expect(await links()).toEqual(['Continue now', 'Use a password instead']);
      expect(await person.faults()).toEqual([]);

      await person.go('Use a password instead');
      expect(await person.page.inputValue('#email')).toBe(email);
      expect(await person.page.locator('[name=returnTo]').inputValue()).toBe('/console?tab=2');
      expect(await person.focus()).toMatchObject({ name: 'password' });
      expect(await person.faults()).toEqual([]);
    });

    it('leaves the owner of a broken connection the way by a password', async () => {
      const domain = `broken-${look.slug}.test`;
      const { connection } = await tenant(domain);
      await app.browser().postJson('/api/auth/signup', { email: `olivia@${domain}`, name: 'Olivia', password });
      await app.database.query('update sso_connections set issuer = $1 where id = $2', [
        `http://127.0.0.1:${deadPort}`,
        connection.id,
      ]);
      await arrive('/sign-in');
      await person.submit({ email: `olivia@${domain}` });
      await person.page.waitForURL('**/auth-error?**');
      expect(await person.heading()).toBe('The identity provider did not answer');
      expect(await links()).toEqual(['Try again', 'Use a password', 'what happened, step by step']);
      expect(await person.faults()).toEqual([]);

      await person.go('Use a password');
      expect(await person.focus()).toMatchObject({ name: 'email' });
      expect(await person.faults()).toEqual([]);
      await person.submit({ email: `olivia@${domain}`, password });
      expect(person.path()).toBe('/console');
    });

    it('shows an administrator what happened, step by step, once they have signed in', async () => {
      const domain = `traced-${look.slug}.test`;
      const { organizationId } = await tenant(domain);
      await app
        .browser()
        .postJson('/api/auth/signup', { email: `ada-${look.slug}@example.test`, name: 'Ada', password });
      await app.database.query(
        `insert into memberships (organization_id, user_id, role, source)
         select $1, id, 'ADMIN', 'INVITATION' from users where email = $2`,
        [organizationId, `ada-${look.slug}@example.test`],
      );
      await arrive(`/api/auth/callback/${domain}.okta?state=unknown&code=none`);
      expect(await person.heading()).toBe('That sign-in is over');
      await person.go('what happened, step by step');
      expect(person.path()).toBe('/sign-in');
      await person.page.goto(person.page.url().replace('/sign-in?', '/sign-in/password?'));
      await person.submit({ email: `ada-${look.slug}@example.test`, password });
      expect(await person.heading()).toBe('A sign-in that failed');
      expect(await person.page.locator('dl').last().locator('dt').allInnerTexts()).toEqual(['Came back']);
      expect(await person.faults()).toEqual([]);
    });

    it('says where single sign-on is enforced that no password will do, on each way to one', async () => {
      const domain = `strict-${look.slug}.test`;
      const { owner, connection } = await tenant(domain);
      await moveSso(owner, 'enforceSso', connection.id);
      await arrive(`/sign-in/password?email=eve%40${domain}&returnTo=%2Fconsole%3Ftab%3D3`);
      const told = async () => {
        expect(await person.page.getByRole('alert').innerText()).toBe(elsewhere);
        expect(await person.focus()).toMatchObject({ name: 'alert' });
        expect(await person.page.inputValue('#email')).toBe(`eve@${domain}`);
        expect(await person.page.locator('#password').count()).toBe(0);
      };
      await told();
      expect(await person.faults()).toEqual([]);

      await person.page.goto(`${app.url}/sign-in/password?returnTo=%2Fconsole%3Ftab%3D3`);
      await person.submit({ email: `eve@${domain}`, password });
      await told();
      await holdAtContinue();
      await person.go('Continue');
      expect(await links()).toEqual(['Continue now']);
      const onward = await person.page.getByRole('link', { name: 'Continue now' }).getAttribute('href');
      expect(onward).toBe(
        `/api/auth/login/${domain}.okta?login_hint=eve%40${domain}&returnTo=${encodeURIComponent('/console?tab=3')}`,
      );
    });
  });

  it('asks again for what is no email, in a link to the password as in a form', async () => {
    person = await visit(browser, app.url, looks[0]);
    await arrive('/sign-in/password?email=no-email');
    expect(await person.focus()).toMatchObject({ name: 'email', isInvalid: true });
    expect(person.page.url()).toContain('no-email');
    await person.page.goto(`${app.url}/sign-in/password?email=a&email=b&returnTo=//evil.test`);
    expect(await person.heading()).toBe('Sign in with a password');
    expect(await person.page.locator('[name=returnTo]').inputValue()).toBe('/');
    await person.end();
  });
});

describe('the sign-in page, where the operator', () => {
  it('leaves a domain no password: its people go to the provider that is meant for them', async () => {
    const provider = { issuer: 'https://id.corp.example', ...client };
    const app = await startTestApp({
      AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'corp.test, lost.test',
      ...providerSettings('KEYCLOAK', provider, { ALLOWED_DOMAINS: 'corp.test', NAME: 'Corp' }),
    });
    const browser = app.browser();
    const onward = await browser.postForm('/sign-in', { email: 'Ada@Corp.test', returnTo: '/console' });
    expect(onward.text).toContain('Taking you to <bdi>Corp</bdi>.');
    expect(onward.text).toContain('0;url=/api/auth/login/keycloak?login_hint=ada%40corp.test&amp;returnTo=%2Fconsole');
    expect(onward.text).not.toContain('password');
    expect((await browser.postJson('/api/auth/discover', { email: 'ada@corp.test' })).json()).toMatchObject({
      next: 'sso',
      connection: 'keycloak',
      enforced: true,
    });

    const lost = await browser.postForm('/sign-in', { email: 'ada@lost.test' });
    expect([lost.status, /role="alert"[^>]*>([^<]*)/.exec(lost.text)?.[1]]).toEqual([
      403,
      'The organization that owns this email domain signs in through its identity provider. Choose one of the ways below.',
    ]);
    await app.stop();
  });

  it('has switched passwords off: none is asked for, and none offered', async () => {
    const app = await startTestApp({ AUTH_DISABLE_USERNAME_PASSWORD: 'true' });
    const browser = app.browser();
    const refused = [
      await browser.postForm('/sign-in', { email: 'ada@example.test' }),
      await browser.postForm('/sign-in/password', { email: 'ada@example.test', password }),
      await browser.get('/sign-in/password?email=ada%40example.test'),
      await browser.get('/sign-in/password'),
    ];
    for (const { status, text } of refused) {
      expect([status, /role="alert"[^>]*>([^<]*)/.exec(text)?.[1]]).toEqual([
        403,
        'Nobody signs in here with a password.',
      ]);
      expect(text).not.toMatch(/id="password"|sign-in\/password/);
    }
    expect((await browser.get('/auth-error?code=ISSUER_UNREACHABLE')).text).not.toContain('sign-in/password');
    expect((await browser.get('/sign-up')).location).toMatch(/\/auth-error\?code=PASSWORD_DISABLED&/);
    await app.stop();
  });
});
