import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accountsLike, expectSignInRefused, providerSettings } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { makeKeyRing } from '../support/servers/hostile-tokens.js';
import { entraForAll, vendorDifferences } from '../support/servers/vendors/vendor-differences.js';
import { startVendor, type VendorStandIn } from '../support/servers/vendors/vendor-stand-in.js';
import { attemptSignIn, configureSso, createTenant, whoIs, type Tenant } from '../support/sso.js';

const client = { clientId: 'client-of-google', clientSecret: 'plainly-not-a-secret-of-any-vendor' };

const mallory = '11111111-2222-4333-8444-555555555555';

/** SECURITY's rules where a vendor has rules of its own. */
describe('what vendors say of people', () => {
  let app: TestApp;
  let entra: VendorStandIn;
  let auth0: VendorStandIn;
  let google: VendorStandIn;
  let acme: Tenant;

  beforeAll(async () => {
    const ring = await makeKeyRing();
    [entra, auth0, google] = await Promise.all([
      startVendor(entraForAll, client, ring),
      startVendor(vendorDifferences.AUTH0, client, ring),
      startVendor(vendorDifferences.GOOGLE, client, ring),
    ]);
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      ...providerSettings('AZURE_AD', { ...client, issuer: entra.issuer }, { ALLOW_ACCOUNT_LINKING: 'true' }),
      ...providerSettings('AUTH0', { ...client, issuer: auth0.issuer }),
      ...providerSettings('KEYCLOAK', { ...client, issuer: auth0.issuer }),
    });
    acme = await createTenant(app, 'acme.test', { ...client, issuer: google.issuer }, 'GOOGLE');
  });
  afterEach(() => [entra, auth0, google].forEach((standIn) => standIn.bendIdToken({})));
  afterAll(async () => {
    await app.stop();
    await Promise.all([entra, auth0, google].map((standIn) => standIn.stop()));
  });

  const ofMallory = () => ({ tid: mallory, iss: `${entra.origin}/${mallory}/v2.0` });
  const throughEntra = (who: object) => attemptSignIn(app, entra, 'azure-ad', who);

  it('40. another directory’s administrator who writes somebody’s email into an account enters none (nOAuth)', async () => {
    const victim = { sub: 'victim', email: 'victim@social.test' };
    expect(await whoIs((await throughEntra(victim)).browser)).toBe('victim@social.test');
    entra.bendIdToken({ claims: { ...ofMallory(), xms_edov: false, email_verified: true } });
    await expectSignInRefused(app, () => throughEntra({ ...victim, sub: 'mallory' }), {
      reason: 'EMAIL_NOT_VERIFIED',
      trail: 'instance',
    });
    // The very subject, which a directory of one's own can be made to have: still another issuer, and so another person.
    entra.bendIdToken({ claims: { ...ofMallory(), xms_edov: false } });
    await expectSignInRefused(app, () => throughEntra(victim), { reason: 'EMAIL_NOT_VERIFIED', trail: 'instance' });
    // Even where that directory owns the domain by now, an email that had another subject there opens nothing.
    entra.bendIdToken({ claims: ofMallory() });
    await expectSignInRefused(app, () => throughEntra({ ...victim, sub: 'mallory' }), {
      reason: 'OTHER_SUBJECT',
      trail: 'instance',
    });
    expect((await accountsLike(app, 'victim@social.test'))[0]?.identities).toEqual(['provider:azure-ad victim']);
  });

  it('40. no organization can have a connection to every directory at once', async () => {
    const { owner, domainId } = acme;
    const connect = configureSso(owner, { domainId, provider: 'AZURE_AD', issuer: entra.issuer, ...client });
    await expect(connect).rejects.toMatchObject({ code: 'ISSUER_MISMATCH' });
  });

  it.each(['auth0', 'keycloak'])('41. text that says true verifies no email at %s', async (name) => {
    const standIn = auth0;
    standIn.bendIdToken({ claims: { email_verified: 'true' } });
    const attempt = () => attemptSignIn(app, standIn, name, { sub: 'text', email: 'text@social.test' });
    await expectSignInRefused(app, attempt, { reason: 'EMAIL_NOT_VERIFIED', trail: 'instance' });
  });

  describe('42. an organization’s connection to Google', () => {
    const through = (who: object) => attemptSignIn(app, google, acme.connection.key, who);

    it('signs in the accounts that the organization manages', async () => {
      expect(await whoIs((await through({ sub: 'managed', email: 'mia@acme.test' })).browser)).toBe('mia@acme.test');
    });

    it('refuses who has made a Google account for themselves with an address of its domain', async () => {
      google.bendIdToken({ without: ['hd'] });
      const attempt = () => through({ sub: 'former', email: 'boss@acme.test' });
      await expectSignInRefused(app, attempt, { reason: 'HOSTED_DOMAIN', trail: acme.organizationId });
      expect(await accountsLike(app, 'boss@acme.test')).toEqual([]);
    });

    it('refuses an address of its domain that Google has not verified', async () => {
      const attempt = () => through({ sub: 'unverified', email: 'boss@acme.test', email_verified: false });
      await expectSignInRefused(app, attempt, { reason: 'EMAIL_NOT_VERIFIED', trail: acme.organizationId });
    });
  });
});
