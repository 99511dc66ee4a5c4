import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { attemptSignIn, configureSso, expectRefused, moveSso, verifiedDomain, whoIs } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('one connection and several domains', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let owner: Person;
  let organizationId: string;
  let [domain, other] = ['', ''];
  let otherId: string;
  let domainId: string;
  let connection: { id: string; key: string };

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
  });
  beforeEach(async () => {
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    const unique = randomUUID().slice(0, 8);
    [domain, other] = [`${unique}.test`, `${unique}-other.test`];
    domainId = await verifiedDomain(app, organizationId, domain);
    otherId = await verifiedDomain(app, organizationId, other);
    connection = await configure('OKTA');
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const configure = (vendor: string) =>
    configureSso(owner, { domainId, provider: vendor, issuer: provider.issuer, ...client });

  async function change(by: Person, name: 'addSsoDomain' | 'removeSsoDomain', changed: string, requestId?: string) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { connection { domains { name } } } }`;
    const { data, errors } = await by.browser.graphql<Record<string, { connection: { domains: { name: string }[] } }>>(
      document,
      { input: { connectionId: connection.id, domainId: changed } },
      requestId === undefined ? {} : { headers: { 'x-request-id': requestId } },
    );
    const answer = data?.[name];
    if (!answer) throw new ApiError(errors[0]);
    return answer.connection.domains.map((each) => each.name);
  }

  const discover = async (email: string) =>
    (await app.browser().postJson('/api/auth/discover', { email })).json<{
      next: string;
      connection?: string;
      connections?: { key: string }[];
    }>();

  const miaAtOther = () => attemptSignIn(app, provider, connection.key, { sub: randomUUID(), email: `mia@${other}` });

  it('signs in the people of each, from when it was added until it is removed', async () => {
    await expectRefused(await miaAtOther(), { reason: 'EMAIL_OUTSIDE_DOMAIN', code: 'EMAIL_OUTSIDE_DOMAIN' });
    expect(await change(owner, 'addSsoDomain', otherId)).toEqual([other, domain].sort());
    expect(await discover(`mia@${other}`)).toMatchObject({ next: 'sso', connection: connection.key });
    expect(await whoIs((await miaAtOther()).browser)).toBe(`mia@${other}`);
    expect(await change(owner, 'removeSsoDomain', otherId)).toEqual([domain]);
    expect(await discover(`mia@${other}`)).toMatchObject({ next: 'password' });
    await expectRefused(await miaAtOther(), { reason: 'EMAIL_OUTSIDE_DOMAIN', code: 'EMAIL_OUTSIDE_DOMAIN' });
  });

  it('tells the trail of each change once', async () => {
    const [first, again, removal] = [randomUUID(), randomUUID(), randomUUID()];
    await change(owner, 'addSsoDomain', otherId, first);
    await change(owner, 'addSsoDomain', otherId, again);
    await change(owner, 'removeSsoDomain', otherId, removal);
    expect(await trailOfRequest(app, first)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.domainAdded',
        after: { key: connection.key, domain: other, sessionsEnded: 0 },
      }),
    ]);
    expect(await trailOfRequest(app, again)).toEqual([]);
    expect(await trailOfRequest(app, removal)).toEqual([
      expect.objectContaining({
        action: 'ssoConnection.domainRemoved',
        before: { key: connection.key, domain: other },
      }),
    ]);
  });

  it('binds the people of each while it is enforced, from the moment a domain is added', async () => {
    const account = { email: `leo@${other}`, password: 'correct horse battery' };
    const signedUp = app.browser();
    await signedUp.postJson('/api/auth/signup', { ...account, name: 'Leo' });
    await moveSso(owner, 'enforceSso', connection.id);
    expect(await whoIs(signedUp)).toBe(account.email);
    await change(owner, 'addSsoDomain', otherId);
    expect(await whoIs(signedUp)).toBeNull();
    const refused = await app.browser().postJson('/api/auth/login', account);
    expect(refused.json()).toMatchObject({ code: 'SSO_REQUIRED' });

    await change(owner, 'removeSsoDomain', otherId);
    const browser = app.browser();
    await browser.postJson('/api/auth/login', account);
    await moveSso(owner, 'activateSso', connection.id);
    await change(owner, 'addSsoDomain', otherId);
    expect(await whoIs(browser)).toBe(account.email);
    await moveSso(owner, 'enforceSso', connection.id);
    expect(await whoIs(browser)).toBeNull();
  });

  it('speaks for a domain no longer than that is proven, and for none without its own', async () => {
    await change(owner, 'addSsoDomain', otherId);
    const lapse = (id: string) => app.database.query(`update domains set status = 'LAPSED' where id = $1`, [id]);
    await lapse(otherId);
    expect(await discover(`mia@${other}`)).toMatchObject({ next: 'password' });
    await expectRefused(await miaAtOther(), { reason: 'EMAIL_OUTSIDE_DOMAIN', code: 'EMAIL_OUTSIDE_DOMAIN' });
    await app.database.query(`update domains set status = 'VERIFIED' where id = $1`, [otherId]);
    await lapse(domainId);
    expect(await discover(`mia@${other}`)).toMatchObject({ next: 'password' });
  });

  it('refuses a domain of another organization, one that is not proven, and to lose its own', async () => {
    const stranger = await createPerson(app);
    const { id: foreign } = await createOrganization(stranger);
    const foreignId = await verifiedDomain(app, foreign, `${randomUUID().slice(0, 8)}.test`);
    await expect(change(owner, 'addSsoDomain', foreignId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change(owner, 'addSsoDomain', 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change(stranger, 'addSsoDomain', foreignId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change(owner, 'removeSsoDomain', otherId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change(owner, 'removeSsoDomain', domainId)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await app.database.query(`update domains set status = 'PENDING' where id = $1`, [otherId]);
    await expect(change(owner, 'addSsoDomain', otherId)).rejects.toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
  });

  it('keeps a domain from being given up while a connection speaks for it', async () => {
    await change(owner, 'addSsoDomain', otherId);
    const remove = () =>
      owner.browser.graphql(
        'mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { name } } }',
        {
          input: { domainId: otherId },
        },
      );
    expect((await remove()).errors[0]?.extensions.code).toBe('PRECONDITION_FAILED');
    await change(owner, 'removeSsoDomain', otherId);
    expect((await remove()).errors).toEqual([]);
  });

  describe('several connections and one domain', () => {
    it('lets people choose, on the page and by the API', async () => {
      const second = await configure('KEYCLOAK');
      const found = await discover(`mia@${domain}`);
      expect(found).toMatchObject({ next: 'sso', connection: second.key });
      expect(found.connections?.map(({ key }) => key)).toEqual([second.key, connection.key]);
      const page = await app.browser().postForm('/sign-in', { email: `mia@${domain}`, returnTo: '/' });
      expect(page.text).toMatch('Choose how to sign in');
      for (const { key } of [connection, second]) expect(page.text).toMatch(`/api/auth/login/${key}?login_hint=`);
      for (const { key } of [connection, second]) {
        const { browser } = await attemptSignIn(app, provider, key, { sub: `mia-${domain}`, email: `mia@${domain}` });
        expect(await whoIs(browser)).toBe(`mia@${domain}`);
      }
    });

    it('offers the enforced ones alone', async () => {
      await configure('KEYCLOAK');
      await moveSso(owner, 'enforceSso', connection.id);
      expect((await discover(`mia@${domain}`)).connections?.map(({ key }) => key)).toEqual([connection.key]);
    });
  });
});
