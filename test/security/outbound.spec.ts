import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { AllowedHosts } from '../../src/platform/http/outbound-allowed-hosts.js';
import { guardedConnector, type ResolvedAddress } from '../../src/platform/http/outbound-connector.js';
import { OutboundHttp } from '../../src/platform/http/outbound.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { startLoopbackHttp } from '../support/servers/loopback-http.js';
import {
  attemptSignIn,
  configureMutation,
  createTenant,
  expectRefused,
  verifiedDomain,
  whoIs,
  type Tenant,
} from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };

describe('outbound requests', () => {
  let app: TestApp;
  let provider: HostileProvider;
  /** A server of ours that nobody has allowed, as one in the network behind Gatehouse would be. */
  let inner: Awaited<ReturnType<typeof startLoopbackHttp>>;
  let innerRequests: string[];
  let acme: Tenant;
  let key: string;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    innerRequests = [];
    inner = await startLoopbackHttp(0, () => (request, response) => {
      innerRequests.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end('{"keys":[]}');
    });
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${provider.port}` });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    key = acme.connection.key;
  });
  afterEach(async () => {
    provider.reset();
    await app.database.query('update sso_connections set issuer = $1', [provider.issuer]);
    expect(innerRequests).toEqual([]);
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
    await inner.stop();
  });

  const save = async (issuer: string) => {
    const { domainId, owner } = acme;
    const { errors } = await owner.browser.graphql(configureMutation, {
      input: { domainId, provider: 'CUSTOM', issuer, ...client },
    });
    const { rows } = await app.database.query(`select 1 from sso_connections where provider = 'CUSTOM'`);
    expect(rows).toEqual([]);
    return errors[0];
  };

  const privateAddresses = [
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0177.0.0.1',
    'https://0x7f.0.0.1',
    'https://0x7f000001',
    'https://１２７.0.0.1',
    'https://0.0.0.0',
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://192.0.2.1',
    'https://224.0.0.1',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[::127.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'https://[2002:7f00:1::]',
    'https://[fc00::1]',
    'https://[fe80::1]',
    'https://localhost',
    'https://LOCALHOST.',
    'https://login.localhost',
    'https://user:password@login.example.com',
    'http://login.example.com',
    'ftp://login.example.com',
    'file:///etc/passwd',
  ];
  it.each(privateAddresses)('80. refuses %s when it is saved, and when it is used', async (issuer) => {
    expect((await save(issuer))?.extensions.code).toBe('ISSUER_NOT_ALLOWED');
    await app.database.query('update sso_connections set issuer = $1', [issuer]);
    await expectRefused(await attemptSignIn(app, provider, key), { reason: 'ISSUER_NOT_ALLOWED' });
  });

  it('80. refuses another port of a host that is allowed with one', async () => {
    const error = await save(inner.origin);
    expect(error?.extensions).toMatchObject({ code: 'ISSUER_NOT_ALLOWED', host: new URL(inner.origin).host });
    expect(error?.message).toMatch('OUTBOUND_ALLOWED_HOSTS');
  });

  it('81. refuses at every use a name that leads to a private address', async () => {
    const lookedUp: string[] = [];
    const issuer = `https://login.acme.test:${inner.port}`;
    const restore = resolveNames((name) => {
      lookedUp.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    });
    try {
      const error = await save(issuer);
      expect(error?.extensions).toMatchObject({ code: 'ISSUER_NOT_ALLOWED', host: 'login.acme.test' });
      expect(error?.message).not.toMatch('127.0.0.1');
      await app.database.query('update sso_connections set issuer = $1', [issuer]);
      await expectRefused(await attemptSignIn(app, provider, key), { reason: 'ISSUER_NOT_ALLOWED' });
    } finally {
      restore();
    }
    expect(lookedUp).toEqual(['login.acme.test', 'login.acme.test']);
  });

  /** Gives the app's client another resolver: DNS for the whole process can't be pointed elsewhere. */
  function resolveNames(answer: (name: string) => ResolvedAddress[]): () => void {
    const outbound = app.nest.get(OutboundHttp);
    const before: unknown = Reflect.get(outbound, 'agent');
    const resolve = (name: string) => Promise.resolve(answer(name));
    const options = { allowed: new AllowedHosts([]), resolveAllowed: resolve, resolveOther: resolve, timeoutMs: 1000 };
    Reflect.set(outbound, 'agent', new Agent({ connect: guardedConnector(options) }));
    return () => void Reflect.set(outbound, 'agent', before);
  }

  describe('82. does not follow a redirect', () => {
    const places = ['discovery', 'token', 'jwks', 'userinfo'] as const;

    it.each(places)('of %s', async (place) => {
      for (const redirectTo of [`${inner.origin}/`, `${provider.issuer}/attacker/jwks`, 'http://login.example.com/']) {
        provider.reset();
        provider.misbehave({
          ...(place === 'userinfo' ? { idToken: { without: ['email'] } } : {}),
          [place]: { fault: { redirectTo } },
        });
        await expectRefused(await attemptSignIn(app, provider, key), {
          reason: 'ISSUER_UNREACHABLE',
          code: 'ISSUER_UNREACHABLE',
          detail: expect.stringMatching('redirect'),
        });
        expect(provider.requestsTo('/attacker/jwks')).toEqual([]);
      }
    });

    it('when an issuer is saved', async () => {
      provider.misbehave({ discovery: { fault: { redirectTo: `${inner.origin}/` } } });
      expect((await save(provider.issuer))?.extensions.code).toBe('ISSUER_UNREACHABLE');
    });
  });

  describe('83. refuses a provider that names a private address', () => {
    const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'] as const;

    it.each(endpoints)('as its %s, when it is saved and when it is used', async (endpoint) => {
      for (const address of [
        `${inner.origin}/`,
        'https://169.254.169.254/latest',
        'http://login.example.com/',
        'javascript:alert(1)',
        '/token',
      ]) {
        provider.misbehave({ discovery: { members: { [endpoint]: address } } });
        expect((await save(provider.issuer))?.extensions).toMatchObject({ code: 'ISSUER_NOT_ALLOWED', endpoint });
        await expectRefused(await attemptSignIn(app, provider, key), { reason: 'ISSUER_NOT_ALLOWED' });
      }
      expect(provider.requestsTo('/authorize')).toEqual([]);
    });

    it('between the start of a sign-in and its end', async () => {
      const browser = app.browser();
      const begun = await browser.get(`/api/auth/login/${key}`);
      const callback = await provider.authorize(begun.location!);
      provider.misbehave({ discovery: { members: { token_endpoint: `${inner.origin}/token` } } });
      const answer = await browser.get(callback);
      expect(answer.location).toMatch('/auth-error?code=SIGN_IN_FAILED');
      expect(await whoIs(browser)).toBeNull();
    });
  });

  it('84. signs in at one provider as ever while another one stalls', async () => {
    const stalled = await startHostileProvider(client);
    const other = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    const [slow, quick] = [
      await createTenant(other, 'slow.test', { issuer: stalled.issuer, ...client }),
      await createTenant(other, 'acme.test', { issuer: provider.issuer, ...client }),
    ];
    stalled.misbehave({ discovery: { fault: 'silent' } });
    const waiting = Array.from({ length: 60 }, () => other.browser().get(`/api/auth/login/${slow.connection.key}`));
    await expectToReach(stalled, '/.well-known/openid-configuration');

    const started = performance.now();
    for (let round = 0; round < 5; round += 1) {
      const { browser } = await attemptSignIn(other, provider, quick.connection.key);
      expect(await whoIs(browser)).toBe('alice@acme.test');
    }
    const domainId = await verifiedDomain(other, quick.organizationId, 'second.test');
    const saved = await quick.owner.browser.graphql(configureMutation, {
      input: { domainId, provider: 'OKTA', issuer: provider.issuer, ...client },
    });
    expect(saved.errors).toEqual([]);
    expect(performance.now() - started).toBeLessThan(3_000);

    const late = await Promise.all(waiting);
    expect(new Set(late.map(({ location }) => new URL(location!).searchParams.get('code')))).toEqual(
      new Set(['ISSUER_UNREACHABLE']),
    );
    await other.stop();
    await stalled.stop();
  });
});

async function expectToReach(provider: HostileProvider, path: string): Promise<void> {
  while (provider.requestsTo(path).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
}
