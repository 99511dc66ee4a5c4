import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ExpiryMonitor } from '../../src/sso/expiry/expiry-monitor.service.js';
import { SamlMetadataMonitor } from '../../src/sso/saml/saml-metadata-monitor.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { startSamlProvider, type SamlPost, type SamlProvider } from '../support/servers/saml-provider.js';
import { configureSso, moveSso, verifiedDomain, whoIs, type ConnectionAnswer } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';

/** The page of an identity provider, from which its form is posted. */
const theirs = { headers: { origin: 'https://idp.example.com', 'sec-fetch-site': 'cross-site' } };

describe('a connection by SAML', () => {
  let app: TestApp;
  let provider: SamlProvider;
  let owner: Person;
  let organizationId: string;
  let domain: string;
  let domainId: string;
  let connection: ConnectionAnswer;

  beforeAll(async () => {
    provider = await startSamlProvider();
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
  });
  beforeEach(async () => {
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    domain = `${randomUUID().slice(0, 8)}.test`;
    domainId = await verifiedDomain(app, organizationId, domain);
    connection = await configure({ metadataUrl: provider.metadataUrl });
    provider.register({ entityId: connection.clientId, acsUrl: connection.callbackUrl });
    provider.signInAs({ nameId: `mia@${domain}`, attributes: { email: [`mia@${domain}`], displayName: ['Mia'] } });
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const configure = (saml: object, more: object = {}) =>
    configureSso(owner, { domainId, provider: 'SAML', saml, ...more });

  /** Does what a browser does with the provider's form: posts it from there, without our cookies, and follows. */
  async function post(browser: HttpClient, { samlResponse, relayState }: SamlPost, requestId: string = randomUUID()) {
    const form = { SAMLResponse: samlResponse, ...(relayState === null ? {} : { RelayState: relayState }) };
    const posted = await app.browser().postForm(new URL(connection.callbackUrl).pathname, form, theirs);
    const to = posted.location ?? '';
    if (!to.startsWith(connection.callbackUrl)) return { posted, answer: posted, trail: [] };
    const answer = await browser.get(to, { headers: { 'x-request-id': requestId } });
    return { posted, answer, trail: await trailOfRequest(app, requestId) };
  }

  async function begin(browser: HttpClient, path = `/api/auth/login/${connection.key}`): Promise<string> {
    const begun = await browser.get(path);
    expect(begun.status).toBe(303);
    expect(begun.location).toMatch(provider.ssoUrl);
    return begun.location!;
  }

  it('tells what we are, before it is used', async () => {
    const draft = await configureSso(owner, {
      domainId: await verifiedDomain(app, organizationId, `other-${domain}`),
      provider: 'SAML',
      saml: { metadataUrl: provider.metadataUrl },
      activate: false,
    });
    expect(draft.state).toBe('DRAFT');
    const answer = await app.browser().get(`/api/auth/saml/${draft.key}/metadata`);
    expect(answer.headers.get('content-type')).toMatch('application/samlmetadata+xml');
    expect(answer.text).toMatch(`entityID="${app.url}/api/auth/saml/${draft.key}/metadata"`);
    expect(answer.text).toMatch(`Location="${draft.callbackUrl}"`);
    expect(draft.clientId).toBe(`${app.url}/api/auth/saml/${draft.key}/metadata`);
    expect((await app.browser().get('/api/auth/saml/nobody.test.saml/metadata')).status).toBe(404);
  });

  it('reads the metadata, and shows what it has read', async () => {
    const { data } = await owner.browser.graphql<{
      organization: { ssoConnections: { saml: object; issuer: string }[] };
    }>(
      `query ($id: ID!) { organization(id: $id) { ssoConnections { issuer
        saml { metadataUrl ssoUrl signRequests allowIdpInitiated certificates { fingerprint expiresAt } } } } }`,
      { id: organizationId },
    );
    expect(data?.organization.ssoConnections).toEqual([
      {
        issuer: provider.entityId,
        saml: {
          metadataUrl: provider.metadataUrl,
          ssoUrl: provider.ssoUrl,
          signRequests: false,
          allowIdpInitiated: false,
          certificates: [{ fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/), expiresAt: expect.any(String) }],
        },
      },
    ]);
  });

  it('signs people in, by a form that another site posts and a link that brings the cookie', async () => {
    const browser = app.browser();
    const { posted, answer } = await post(
      browser,
      await provider.authorize(await begin(browser, `/api/auth/login/${connection.key}?returnTo=%2Fconsole`)),
    );
    expect(posted.status).toBe(303);
    expect(posted.headers.get('cache-control')).toBe('no-store');
    expect(answer.location).toBe(`${app.url}/console`);
    const session = (await browser.get('/api/auth/session')).json<{ user: object; session: object }>();
    expect(session).toMatchObject({
      user: { email: `mia@${domain}`, name: 'Mia' },
      session: { method: 'saml', connection: connection.key },
    });
  });

  it('asks the provider to prove somebody anew who is to confirm who they are', async () => {
    const browser = app.browser();
    await post(browser, await provider.authorize(await begin(browser)));
    expect(provider.requests.at(-1)?.xml).not.toMatch('ForceAuthn');
    await app.database.query(`update sessions set proven_at = now() - interval '1 hour' where connection = $1`, [
      connection.key,
    ]);
    const url = await begin(browser, `/api/auth/confirm/${connection.key}?returnTo=%2Faccount`);
    const { answer } = await post(browser, await provider.authorize(url));
    expect(provider.requests.at(-1)?.xml).toMatch('ForceAuthn="true"');
    expect(answer.location).toBe(`${app.url}/account`);
    const { rows } = await app.database.query(
      `select proven_at > now() - interval '1 minute' as fresh from sessions where connection = $1`,
      [connection.key],
    );
    expect(rows).toEqual([{ fresh: true }]);
  });

  it('141. takes an answer once', async () => {
    const browser = app.browser();
    const answer = await provider.authorize(await begin(browser));
    await post(browser, answer);
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
    const again = await post(app.browser(), answer);
    expect(again.answer.location).toMatch('/auth-error?code=FLOW_EXPIRED');
    const elsewhere = app.browser();
    const second = await provider.authorize(await begin(elsewhere));
    const replayed = await post(elsewhere, { ...second, samlResponse: answer.samlResponse });
    expect(replayed.trail).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'SAML_OTHER_REQUEST', method: 'saml' }) }),
    ]);
    expect(await whoIs(elsewhere)).toBeNull();
  });

  it('23. finishes in the browser that began it alone', async () => {
    const answer = await provider.authorize(await begin(app.browser()));
    const other = app.browser();
    const refused = await post(other, answer);
    expect(refused.trail).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'FLOW_OTHER_BROWSER' }) }),
    ]);
    expect(await whoIs(other)).toBeNull();
  });

  it('keeps the first answer of a sign-in, encrypted, and none for a sign-in that nobody began', async () => {
    const browser = app.browser();
    const answer = await provider.authorize(await begin(browser));
    const path = new URL(connection.callbackUrl).pathname;
    const form = (samlResponse: string) => ({ SAMLResponse: samlResponse, RelayState: answer.relayState! });
    await app.browser().postForm(path, form(answer.samlResponse), theirs);
    await app.browser().postForm(path, form('c29tZXRoaW5nIGVsc2U='), theirs);
    const { rows } = await app.database.query<{ answer: string }>(
      'select answer from login_flows where answer is not null and provider_key = $1',
      [connection.key],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.answer).not.toMatch(answer.samlResponse.slice(0, 40));
    await browser.get(`${connection.callbackUrl}?state=${answer.relayState}`);
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
    const stray = await app.browser().postForm(path, { SAMLResponse: 'eA==', RelayState: 'x'.repeat(43) }, theirs);
    expect(stray.location).toMatch(`${connection.callbackUrl}?state=`);
  });

  it('25. keeps no answer at the callback of another connection', async () => {
    const other = await configureSso(owner, {
      domainId: await verifiedDomain(app, organizationId, `other-${domain}`),
      provider: 'SAML',
      saml: { metadataUrl: provider.metadataUrl },
    });
    const browser = app.browser();
    const { samlResponse, relayState } = await provider.authorize(await begin(browser));
    const form = { SAMLResponse: samlResponse, RelayState: relayState! };
    const posted = await app.browser().postForm(new URL(other.callbackUrl).pathname, form, theirs);
    const requestId = randomUUID();
    await browser.get(posted.location!, { headers: { 'x-request-id': requestId } });
    expect(await trailOfRequest(app, requestId)).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'FLOW_OTHER_PROVIDER' }) }),
    ]);
    const { rows } = await app.database.query('select answer from login_flows where provider_key = $1', [
      connection.key,
    ]);
    expect(rows).toEqual([{ answer: null }]);
    expect(await whoIs(browser)).toBeNull();
  });

  it('refuses what nobody asked for, and begins an ordinary sign-in by it where that is switched on', async () => {
    const answer = { ...(await provider.authorize(await begin(app.browser()))), relayState: `${app.url}/console` };
    const refused = await post(app.browser(), answer);
    expect(refused.posted.location).toMatch('/auth-error?code=SIGN_IN_FAILED');
    const { rows } = await app.database.query(
      `select after->>'reason' as reason from audit_events where chain_id = $1 and action = 'signIn.refused'`,
      [organizationId],
    );
    expect(rows).toEqual([{ reason: 'SAML_OTHER_REQUEST' }]);

    await configure({ allowIdpInitiated: true });
    const started = await post(app.browser(), answer);
    expect(started.posted.location).toBe(`${app.url}/api/auth/login/${connection.key}?returnTo=%2Fconsole`);
    const browser = app.browser();
    const { answer: back } = await post(
      browser,
      await provider.authorize(await begin(browser, started.posted.location!)),
    );
    expect(back.location).toBe(`${app.url}/console`);
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
    const foreign = await post(app.browser(), { ...answer, relayState: 'https://evil.test/x' });
    expect(foreign.posted.location).toBe(`${app.url}/api/auth/login/${connection.key}?returnTo=%2F`);
  });

  it('42. speaks for its own domain alone', async () => {
    provider.signInAs({ nameId: 'mia@elsewhere.test', attributes: { email: ['mia@elsewhere.test'] } });
    const browser = app.browser();
    const { trail } = await post(browser, await provider.authorize(await begin(browser)));
    expect(trail).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ reason: 'EMAIL_OUTSIDE_DOMAIN' }) }),
    ]);
    expect(await whoIs(browser)).toBeNull();
  });

  it('signs its requests where that is asked for, and opens what is encrypted for it', async () => {
    await configure({ signRequests: true });
    const metadata = (await app.browser().get(`/api/auth/saml/${connection.key}/metadata`)).text;
    const base64 = /<ds:X509Certificate>([^<]+)</.exec(metadata)![1]!;
    const certificate = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`;
    provider.register({ entityId: connection.clientId, acsUrl: connection.callbackUrl, certificate });
    const browser = app.browser();
    await post(browser, await provider.authorize(await begin(browser)));
    expect(provider.requests.at(-1)).toMatchObject({ isSigned: true });
    expect(await whoIs(browser)).toBe(`mia@${domain}`);
  });

  it('is tested, enforced, and changed by a candidate as any other connection', async () => {
    const document = 'mutation ($input: TestSsoInput!) { testSso(input: $input) { testUrl } }';
    const test = async () => {
      const { data } = await owner.browser.graphql<{ testSso: { testUrl: string } }>(document, {
        input: { connectionId: connection.id },
      });
      const browser = app.browser();
      const { answer } = await post(browser, await provider.authorize(await begin(browser, data!.testSso.testUrl)));
      expect(answer.location).toBe(data!.testSso.testUrl);
      expect(await whoIs(browser)).toBeNull();
      return (await browser.get(answer.location!)).text;
    };
    expect(await test()).toMatch('The test passed');
    provider.misbehave({ sign: 'nothing' });
    expect(await test()).toMatch('The signature is not by a key');
    provider.reset();
    await moveSso(owner, 'enforceSso', connection.id);
    await provider.rollOver();
    const saved = await configure({ metadataUrl: provider.metadataUrl });
    expect(saved.state).toBe('ENFORCED');
    provider.signInAs({ nameId: `mia@${domain}`, attributes: { email: [`mia@${domain}`] } });
    expect(await test()).toMatch('The test passed');
  });

  it('reads the metadata again every day, and takes its certificates and nothing else', async () => {
    const due = () =>
      app.database.query(`update sso_connections set metadata_read_at = null where id = $1`, [connection.id]);
    const readAgain = () => app.nest.get(SamlMetadataMonitor, { strict: false }).readDue();
    const signsIn = async () => {
      const browser = app.browser();
      await post(browser, await provider.authorize(await begin(browser)));
      return whoIs(browser);
    };
    await provider.rollOver();
    expect(await signsIn()).toBeNull();
    await readAgain();
    expect(await signsIn()).toBeNull();
    await due();
    await readAgain();
    expect(await signsIn()).toBe(`mia@${domain}`);

    await app.database.query(`update sso_connections set issuer = 'urn:another' where id = $1`, [connection.id]);
    await due();
    await readAgain();
    const { rows } = await app.database.query(
      `select action, outcome, actor_kind, after->>'why' as why from audit_events
       where chain_id = $1 and action in ('ssoConnection.certificatesRead', 'ssoConnection.metadataRefused') order by sequence`,
      [organizationId],
    );
    expect(rows).toEqual([
      { action: 'ssoConnection.certificatesRead', outcome: 'SUCCEEDED', actor_kind: 'system', why: null },
      {
        action: 'ssoConnection.metadataRefused',
        outcome: 'REFUSED',
        actor_kind: 'system',
        why: `it is of ${provider.entityId}`,
      },
    ]);
  });

  it('says so where the provider signs with a new certificate and the one that we know has expired', async () => {
    await app.database.query(
      `update sso_connections set saml = jsonb_set(saml, '{certificates}', (
         select jsonb_agg(known || '{"notAfter": "2020-01-01T00:00:00.000Z"}') from jsonb_array_elements(saml->'certificates') known
       )) where id = $1`,
      [connection.id],
    );
    const attempt = async () => {
      const browser = app.browser();
      const requestId = randomUUID();
      await post(browser, await provider.authorize(await begin(browser)), requestId);
      const { data } = await owner.browser.graphql<{ signInTrace: { cause: string | null } }>(
        'query ($reference: String!) { signInTrace(reference: $reference) { cause } }',
        { reference: requestId },
      );
      return [await whoIs(browser), data?.signInTrace.cause];
    };
    expect(await attempt()).toEqual([`mia@${domain}`, null]);
    await provider.rollOver();
    expect(await attempt()).toEqual([null, 'CERTIFICATE_EXPIRED']);
  });

  it('warns the owners before its last certificate expires', async () => {
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString();
    const last = (notAfter: string) =>
      app.database.query(
        `update sso_connections set saml = jsonb_set(saml, '{certificates,0,notAfter}', to_jsonb($2::text)) where id = $1`,
        [connection.id, notAfter],
      );
    const warnings = async () => {
      await app.nest.get(ExpiryMonitor, { strict: false }).warnOfDue();
      const { rows } = await app.database.query<{ what: string; days: number }>(
        `select after->>'what' as what, (after->>'days')::int as days from audit_events
         where chain_id = $1 and action = 'ssoConnection.expiryWarned' order by sequence`,
        [organizationId],
      );
      return rows;
    };
    await last(inDays(31));
    expect(await warnings()).toEqual([]);
    await last(inDays(6));
    expect(await warnings()).toEqual([{ what: 'certificate', days: 7 }]);
  });

  it('refuses what belongs to OpenID Connect, and SAML at another vendor', async () => {
    const refusal = (input: object) =>
      configureSso(owner, { domainId, provider: 'SAML', saml: { metadataUrl: provider.metadataUrl }, ...input });
    await expect(refusal({ issuer: 'https://idp.example.com' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(refusal({ signOutAtProvider: true })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(refusal({ provider: 'OKTA', issuer: 'https://acme.okta.com', clientId: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(refusal({ saml: { metadataUrl: 'https://10.0.0.1/metadata' } })).rejects.toMatchObject({
      code: 'ISSUER_NOT_ALLOWED',
    });
    await expect(refusal({ saml: { metadataUrl: `${provider.entityId}/none` } })).rejects.toMatchObject({
      code: 'ISSUER_UNREACHABLE',
    });
  });

  it('keeps our private key encrypted, and tells it nowhere', async () => {
    const { rows } = await app.database.query<{ saml_private_key: string }>(
      'select saml_private_key from sso_connections where id = $1',
      [connection.id],
    );
    expect(rows[0]?.saml_private_key).toMatch(/^v1\./);
    const { rows: told } = await app.database.query('select before, after from audit_events where chain_id = $1', [
      organizationId,
    ]);
    expect(JSON.stringify(told)).not.toMatch('PRIVATE KEY');
  });
});
