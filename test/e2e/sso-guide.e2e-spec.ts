import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEnumType } from 'graphql';
import { startTestApp, type TestApp } from '../support/app.js';
import { addDomain } from '../support/domains.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { inputFieldsOf, mutationsOf, schemaOf } from '../support/schema-walk.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { configureMutation, createTenant } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
  readonly required: boolean;
  readonly choices: readonly string[] | null;
}

interface Guide {
  readonly provider: string;
  readonly name: string;
  readonly key: string;
  readonly callbackUrl: string;
  readonly initiateUrl: string;
  readonly signOutUrl: string | null;
  readonly backchannelLogoutUrl: string | null;
  readonly fields: readonly Field[];
  readonly steps: readonly string[];
}

describe('the guide to a vendor', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let organizationId: string;
  let domainId: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    domainId = (await addDomain(owner, organizationId, 'unproven.test')).id;
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const ask = (by: HttpClient, vendor: string, domain = domainId) =>
    by.graphql<{ ssoSetupGuide: Guide }>(
      `query ($domainId: ID!, $provider: SsoProvider!) { ssoSetupGuide(domainId: $domainId, provider: $provider) {
        provider name key callbackUrl initiateUrl signOutUrl backchannelLogoutUrl steps
        fields { name label kind required choices } } }`,
      { domainId: domain, provider: vendor },
    );
  const guideTo = async (vendor: string, domain = domainId): Promise<Guide> => {
    const { data, errors } = await ask(owner.browser, vendor, domain);
    expect(errors).toEqual([]);
    return data!.ssoSetupGuide;
  };
  const vendors = (): string[] => {
    const type = schemaOf(app).getType('SsoProvider');
    return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
  };

  it('tells the addresses before the domain is proven and anything is connected', async () => {
    const guide = await guideTo('KEYCLOAK');
    expect(guide).toMatchObject({
      provider: 'KEYCLOAK',
      name: 'Keycloak',
      key: 'unproven.test.keycloak',
      callbackUrl: `${app.url}/api/auth/callback/unproven.test.keycloak`,
      initiateUrl: `${app.url}/auth/sso-initiate?provider=unproven.test.keycloak`,
      signOutUrl: `${app.url}/sign-in?signedOut=1`,
      backchannelLogoutUrl: `${app.url}/api/auth/backchannel-logout/unproven.test.keycloak`,
    });
    const steps = guide.steps.join('\n');
    for (const address of [guide.callbackUrl, guide.initiateUrl, guide.signOutUrl, guide.backchannelLogoutUrl])
      expect(steps).toContain(`${address}`);
  });

  it('tells the addresses that the connection then has, and that answer', async () => {
    const tenant = await createTenant(app, 'acme.test', { ...client, issuer: provider.issuer }, 'AZURE_AD');
    const { data } = await ask(tenant.owner.browser, 'AZURE_AD', tenant.domainId);
    const { key, callbackUrl, initiateUrl, signOutUrl, backchannelLogoutUrl } = data!.ssoSetupGuide;
    expect(tenant.connection).toMatchObject({ key, callbackUrl, initiateUrl });

    const browser = app.browser();
    const begun = await browser.get(initiateUrl.slice(app.url.length));
    expect(begun.location).toMatch(new RegExp(`^${provider.issuer}/.*redirect_uri=${encodeURIComponent(callbackUrl)}`));
    expect((await browser.get(signOutUrl!.slice(app.url.length))).status).toBe(200);
    const logout = await browser.postForm(backchannelLogoutUrl!.slice(app.url.length), { logout_token: 'x' });
    expect([logout.status, logout.json<{ code: string }>().code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('is there for every vendor, with its own fields and no gap in its steps', async () => {
    expect(vendors().length).toBeGreaterThan(10);
    for (const vendor of vendors()) {
      const { key, callbackUrl, fields, steps } = await guideTo(vendor);
      expect(key).toBe(`unproven.test.${vendor.toLowerCase().replaceAll('_', '-')}`);
      expect(steps.join('\n')).toContain(callbackUrl);
      expect(steps.join('\n')).not.toMatch(/[{}]/);
      expect(fields.length).toBeGreaterThan(1);
    }
  });

  it.each(['GITHUB', 'GITHUB_ENTERPRISE', 'SAML'])('has no address of OpenID Connect for %s', async (vendor) => {
    expect(await guideTo(vendor)).toMatchObject({ signOutUrl: null, backchannelLogoutUrl: null });
  });

  it('is shown to who may see single sign-on, and to nobody else', async () => {
    const member = await createPerson(app);
    await addMember(app, organizationId, member, 'MEMBER');
    const codeFor = async (by: HttpClient, domain = domainId) => {
      const { data, errors } = await ask(by, 'OKTA', domain);
      expect(data).toBeNull();
      return errors[0]?.extensions.code;
    };
    expect(await codeFor(member.browser)).toBe('FORBIDDEN');
    expect(await codeFor((await createPerson(app)).browser)).toBe('NOT_FOUND');
    expect(await codeFor(app.browser())).toBe('UNAUTHENTICATED');
    expect(await codeFor(owner.browser, 'none')).toBe('NOT_FOUND');
  });

  describe('the forms', () => {
    interface Form {
      readonly provider: string;
      readonly fields: readonly Field[];
      readonly steps: readonly string[];
    }
    const forms = async (): Promise<readonly Form[]> => {
      const { data } = await app
        .browser()
        .graphql<{ ssoProviderForms: readonly Form[] }>(
          '{ ssoProviderForms { provider steps fields { name label kind required choices } } }',
        );
      return data!.ssoProviderForms;
    };

    it('can be read by anybody, one of each vendor', async () => {
      const all = await forms();
      expect(all.map((form) => form.provider).sort()).toEqual(vendors().sort());
      expect(all.every(({ steps }) => steps.join().includes('{{'))).toBe(true);
    });

    it('ask for what configureSso takes', async () => {
      const configure = mutationsOf(schemaOf(app)).find(({ name }) => name === 'configureSso')!;
      const taken = new Map(inputFieldsOf(schemaOf(app), configure).map(({ name, type }) => [name, type]));
      const asked = (await forms()).filter((form) => form.provider !== 'SAML').flatMap(({ fields }) => fields);
      expect(asked.filter(({ name }) => !taken.has(name))).toEqual([]);
      for (const { name, choices } of asked.filter(({ kind }) => kind === 'CHOICE')) {
        const type = taken.get(name);
        expect(isEnumType(type) && type.getValues().map((value) => value.name)).toEqual(
          expect.arrayContaining([...choices!]),
        );
      }
    });

    it('are the words in which configureSso asks for what is missing', async () => {
      const tenant = await createTenant(app, 'other.test', { ...client, issuer: provider.issuer });
      const input = { domainId: tenant.domainId, provider: 'AZURE_AD', issuer: provider.issuer };
      const { errors } = await tenant.owner.browser.graphql(configureMutation, { input });
      expect(errors[0]?.message).toBe(
        'clientId is missing: Application (client) ID, on the Overview page of the app registration.',
      );
      const google = { domainId: tenant.domainId, provider: 'GOOGLE', issuer: provider.issuer, clientId: 'x' };
      const refused = await tenant.owner.browser.graphql(configureMutation, { input: google });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'clientSecret' }],
      });
    });
  });
});
