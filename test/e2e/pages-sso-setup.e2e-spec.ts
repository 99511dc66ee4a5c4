import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import { startDnsServer, type DnsServer } from '../support/servers/dns-server.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { createSetupLink } from '../support/setup-links.js';

const clientSecret = 'a secret of Acme and of nobody else';
const domain = 'acme.test';
const mia = { sub: 'mia', email: `mia@${domain}`, emailVerified: true, name: 'Mia' };

describe('the pages of a setup link, in a browser without JavaScript', () => {
  let app: TestApp;
  let dns: DnsServer;
  let browser: Browser;
  let provider: OpenIdProvider;
  let person: Visit;

  beforeAll(async () => {
    [dns, browser] = await Promise.all([startDnsServer(), launchBrowser()]);
    provider = await startOpenIdProvider({ name: "Acme's Okta", clients: [], accounts: [mia] });
    app = await startTestApp({ DNS_RESOLVERS: dns.address, OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    person = await visit(browser, app.url, looks[1]);
  });
  afterAll(async () => {
    await person.end();
    await browser.close();
    await app.stop();
    await Promise.all([dns.stop(), provider.stop()]);
  });

  const main = () => person.page.locator('main').innerText();
  const done = () => person.page.locator('h2 .badge').count();

  it('lead through record, form and test, say what is wrong where it is, and let the test out to the provider', async () => {
    const owner = await createPerson(app);
    const { id: organizationId } = await createOrganization(owner, 'Acme');
    const { url } = await createSetupLink(owner, { organizationId });

    await person.page.goto(url);
    expect(await person.heading()).toBe('Set up single sign-on');
    expect(await person.faults()).toEqual([]);
    await person.submit({ name: 'localhost' });
    expect(await person.focus()).toMatchObject({ name: 'name', isInvalid: true });
    expect(await person.faults()).toEqual([]);

    await person.submit({ name: domain });
    const [, name, value] = await person.page.locator('code.copy').allInnerTexts();
    await person.go('Check now');
    expect(await main()).toContain(`There is no _gatehouse-verification.${domain}`);
    expect(await person.faults()).toEqual([]);
    dns.setTxt(name!, [value!]);
    await person.go('Check now');
    expect(await done()).toBe(1);

    await person.page.selectOption('#provider', { label: 'Okta' });
    await person.go('Show me what to do');
    expect(await person.heading()).toBe('Connect Okta');
    const [callbackUrl] = await person.page.locator('code.copy').allInnerTexts();
    expect(callbackUrl).toBe(`${app.url}/api/auth/callback/${domain}.okta`);
    expect(await person.faults()).toEqual([]);
    await person.submit({ issuer: `${provider.issuer}/other`, clientId: 'gatehouse', clientSecret });
    expect(await person.focus()).toMatchObject({ name: 'alert' });
    expect(await person.page.inputValue('#clientId')).toBe('gatehouse');
    expect(await person.page.inputValue('#clientSecret')).toBe('');
    expect(await person.faults()).toEqual([]);

    provider.registerClient({ clientId: 'gatehouse', clientSecret, redirectUris: [callbackUrl!] });
    await person.submit({ clientId: 'gatehouse', clientSecret, issuer: provider.issuer });
    expect(await done()).toBe(2);
    expect(await person.faults()).toEqual([]);

    const opened = person.page.context().waitForEvent('page');
    await person.page.getByRole('button', { name: 'Test Okta in a new tab' }).click();
    const tab = await opened;
    await tab.waitForURL(`${provider.url}/**`);
    await tab.getByRole('button', { name: 'Mia' }).click();
    await tab.waitForURL(`${app.url}/sso-test/**`);
    expect(await tab.locator('h1').innerText()).toBe('The test passed');
    await tab.close();

    await person.go('see the outcome here');
    expect(await done()).toBe(3);
    expect(await main()).toContain('Done: your contact at Acme can switch it on now.');
    expect(await person.faults()).toEqual([]);
  });
});
