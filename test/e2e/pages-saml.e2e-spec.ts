import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createOrganization, createPerson } from '../support/factories.js';
import { looks } from '../support/hosted-pages.js';
import { startSamlProvider, type SamlProvider } from '../support/servers/saml-provider.js';
import { configureSso, verifiedDomain } from '../support/sso.js';

/** The provider is at 127.0.0.1 and we are at localhost: to a browser these are two sites. */
describe('SAML in a browser', () => {
  let app: TestApp;
  let browser: Browser;
  let provider: SamlProvider;

  beforeAll(async () => {
    provider = await startSamlProvider();
    [app, browser] = await Promise.all([startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' }), launchBrowser()]);
    const owner = await createPerson(app);
    const { id } = await createOrganization(owner);
    const connection = await configureSso(owner, {
      domainId: await verifiedDomain(app, id, 'acme.test'),
      provider: 'SAML',
      saml: { metadataUrl: provider.metadataUrl },
    });
    provider.register({ entityId: connection.clientId, acsUrl: connection.callbackUrl });
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await provider.stop();
  });

  it.each(looks)('comes back from another site’s form with the cookie of the sign-in ($name)', async (look) => {
    const context = await browser.newContext({ javaScriptEnabled: look.javaScript, colorScheme: look.colorScheme });
    const page = await context.newPage();
    await page.goto(`${app.url}/sign-in?returnTo=/account/sessions`);
    await page.fill('input[name=email]', 'alice@acme.test');
    await page.click('button:has-text("Continue")');
    await page.waitForURL(/^http:\/\/127\.0\.0\.1|\/account\/sessions/);
    // Where scripts are off, the provider's page has a button.
    if (!look.javaScript) await page.getByRole('button').click();
    await page.waitForURL(`${app.url}/account/sessions`);
    expect(await page.locator('li', { hasText: 'This one' }).innerText()).toMatch(/SAML\s/);
    await context.close();
  });
});
