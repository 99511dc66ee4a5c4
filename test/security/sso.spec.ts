import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { sendJson, startLoopbackHttp } from '../support/servers/loopback-http.js';
import {
  attemptSignIn,
  beginSignIn,
  comeBack,
  configureMutation,
  configureSso,
  createTenant,
  expectRefused,
  moveSso,
  whoIs,
  type Tenant,
} from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'S3cret-that-nobody-may-ever-read' };

describe('an organization’s connection', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let other: HostileProvider;
  let acme: Tenant;
  let key: string;
  const written: string[] = [];

  beforeAll(async () => {
    const output = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
    [provider, other] = [await startHostileProvider(client), await startHostileProvider(client)];
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', LOG_LEVEL: 'debug' });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
    key = acme.connection.key;
    output.mockClear();
  });
  afterEach(() => {
    provider.reset();
    other.reset();
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([provider.stop(), other.stop()]);
    jest.restoreAllMocks();
  });

  /** Begins, lets something happen, and comes back. */
  const signInAround = async (meanwhile: () => Promise<unknown>) => {
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, key));
    await meanwhile();
    const { answer, trail } = await comeBack(app, browser, callback);
    return { browser, answer, trail, error: new URL(answer.location ?? 'about:blank').searchParams };
  };

  const trailOf = async (action: string) => {
    const { rows } = await app.database.query<{ chain_id: string }>(
      'select chain_id from audit_events where action = $1',
      [action],
    );
    return rows.map((row) => row.chain_id);
  };

  it('47. signs nobody in that was disabled while they were at the provider', async () => {
    const attempt = await signInAround(() => moveSso(acme.owner, 'disableSso', acme.connection.id));
    await expectRefused(attempt, { reason: 'PROVIDER_UNKNOWN', code: 'PROVIDER_UNKNOWN' });
    expect(provider.requestsTo('/token')).toEqual([]);
    expect(await trailOf('signIn.refused')).toEqual([acme.organizationId]);

    await expectRefused(await attemptSignIn(app, provider, key), {
      reason: 'PROVIDER_UNKNOWN',
      code: 'PROVIDER_UNKNOWN',
    });
    await moveSso(acme.owner, 'activateSso', acme.connection.id);
    expect(await whoIs((await attemptSignIn(app, provider, key)).browser)).toBe('alice@acme.test');
  });

  it.each(['LAPSED', 'PENDING'])(
    '47. signs nobody in whose domain became %s while they were at the provider',
    async (status) => {
      const attempt = await signInAround(() => app.database.query('update domains set status = $1', [status]));
      await app.database.query(`update domains set status = 'VERIFIED'`);
      await expectRefused(attempt, { reason: 'PROVIDER_UNKNOWN', code: 'PROVIDER_UNKNOWN' });
    },
  );

  it('47. goes on while the record of its domain is missing for a while', async () => {
    await app.database.query(`update domains set status = 'FAILING'`);
    expect(await whoIs((await attemptSignIn(app, provider, key)).browser)).toBe('alice@acme.test');
    await app.database.query(`update domains set status = 'VERIFIED'`);
  });

  it('47. signs nobody in that was deleted while they were at the provider', async () => {
    const { owner, domainId } = acme;
    const extra = await configureSso(owner, { domainId, provider: 'AUTH0', issuer: provider.issuer, ...client });
    const browser = app.browser();
    const callback = await provider.authorize(await beginSignIn(browser, extra.key));
    await moveSso(owner, 'deleteSso', extra.id);
    expect((await comeBack(app, browser, callback)).trail).toEqual([
      expect.objectContaining({
        action: 'signIn.refused',
        after: expect.objectContaining({ reason: 'PROVIDER_UNKNOWN' }),
      }),
    ]);
  });

  describe('48. when its issuer changes', () => {
    const { clientId, clientSecret } = client;
    const change = (input: object) =>
      acme.owner.browser.graphql(configureMutation, { input: { domainId: acme.domainId, provider: 'OKTA', ...input } });
    const stored = async () => {
      const { rows } = await app.database.query('select issuer, client_secret from sso_connections where id = $1', [
        acme.connection.id,
      ]);
      return rows[0] as { issuer: string; client_secret: string };
    };

    it('asks for the secret again, and does not show it to the new one', async () => {
      const before = await stored();
      const refused = await change({ issuer: other.issuer });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'clientSecret' }],
      });
      expect(refused.errors[0]?.message).toMatch('enter the client secret again');
      expect(await stored()).toEqual(before);
      expect(other.requests).toEqual([]);
    });

    it('asks for it also when nothing but a slash has changed', async () => {
      const refused = await change({ issuer: `${provider.issuer}/` });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'VALIDATION_FAILED',
        fields: [{ field: 'clientSecret' }],
      });
    });

    it('keeps the secret while the issuer stays', async () => {
      const before = await stored();
      expect((await change({ name: 'Acme’s Okta' })).errors).toEqual([]);
      expect((await change({ issuer: provider.issuer })).errors).toEqual([]);
      expect((await stored()).client_secret).toBe(before.client_secret);
    });

    it('does not send the new provider a code of the old one (mix-up)', async () => {
      const attempt = await signInAround(async () => {
        expect((await change({ issuer: other.issuer, clientSecret })).errors).toEqual([]);
      });
      await expectRefused(attempt, { reason: 'PROVIDER_CHANGED', code: 'FLOW_EXPIRED' });
      expect(other.requestsTo('/token')).toEqual([]);
      expect((await change({ issuer: provider.issuer, clientId, clientSecret })).errors).toEqual([]);
    });

    it('gives way to who changed it first, so that no secret meets an issuer that it was not entered for', async () => {
      const slow = await startSlowProvider();
      const tenant = await createTenant(app, 'slow.test', { issuer: slow.issuer, ...client });
      const input = { domainId: tenant.domainId, provider: 'OKTA' };
      slow.hold();
      const late = tenant.owner.browser.graphql(configureMutation, { input: { ...input, name: 'Late' } });
      await slow.asked();
      const first = await configureSso(tenant.owner, {
        ...input,
        issuer: other.issuer,
        clientSecret: 'for the other one',
      });
      slow.release();
      expect((await late).errors[0]?.extensions.code).toBe('CONFLICT');
      const { rows } = await app.database.query('select name, issuer from sso_connections where id = $1', [first.id]);
      expect(rows).toEqual([{ name: 'Okta', issuer: other.issuer }]);
      await slow.stop();
    });
  });

  describe('49. its client secret', () => {
    const { clientSecret } = client;

    it('is in no answer, no error, no log line and no entry on the trail', async () => {
      const { owner, domainId, organizationId } = acme;
      const input = { domainId, provider: 'OKTA', clientSecret, issuer: provider.issuer };
      const everything = [
        await owner.browser.graphql(configureMutation, { input }),
        await owner.browser.graphql(configureMutation, { input: { ...input, issuer: `${provider.issuer}/` } }),
        await owner.browser.graphql(configureMutation, { input: { ...input, issuer: 'http://10.0.0.1' } }),
        await owner.browser.graphql(configureMutation, { input: { ...input, provider: 'NONSENSE' } }),
        await owner.browser.graphql(configureMutation, { input: { ...input, clientSecret: [clientSecret, {}] } }),
        await owner.browser.graphql(configureMutation, { input: { ...input, scopes: ['a b'] } }),
        await owner.browser.graphql(
          `query ($id: ID!) { organization(id: $id) { ssoConnections { id key hasClientSecret } }
             auditEvents(organizationId: $id) { nodes { action before after } } }`,
          { id: organizationId },
        ),
      ];
      provider.misbehave({ token: { error: 'invalid_client' } });
      const attempt = await attemptSignIn(app, provider, key);
      const { rows } = await app.database.query('select * from audit_events');
      const told = JSON.stringify([everything.map(({ answer }) => answer.text), attempt.answer.text, rows]);
      expect(told).toMatch('hasClientSecret');
      expect(told).not.toMatch(clientSecret);
      expect(written.join('')).toMatch('/graphql');
      expect(written.join('')).not.toMatch(clientSecret);
    });

    it('is refused as a field', async () => {
      const { errors } = await acme.owner.browser.graphql(
        'query ($id: ID!) { organization(id: $id) { ssoConnections { clientSecret } } }',
        {
          id: acme.organizationId,
        },
      );
      expect(errors[0]?.message).toMatch('Cannot query field "clientSecret"');
    });

    it('is encrypted where it is stored, for that very row', async () => {
      const { rows } = await app.database.query<{ id: string; client_secret: string }>(
        'select id, client_secret from sso_connections',
      );
      const mine = rows.find(({ id }) => id === acme.connection.id)!;
      expect(mine.client_secret).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);

      const rival = await createTenant(app, 'rival.test', { issuer: provider.issuer, ...client });
      await app.database.query('update sso_connections set client_secret = $1 where id = $2', [
        mine.client_secret,
        rival.connection.id,
      ]);
      const attempt = await attemptSignIn(app, provider, rival.connection.key, { email: 'a@rival.test' });
      await expectRefused(attempt, { reason: 'UNEXPECTED', detail: 'INTERNAL' });
      expect(provider.requestsTo('/token')).toEqual([]);
    });

    it('is taken by the provider as it was entered', async () => {
      const odd = 'ä: +&=%/"\\ 漢字 %20';
      const own = await startHostileProvider({ clientId: 'id with: spaces', clientSecret: odd });
      const tenant = await createTenant(app, 'odd.test', {
        issuer: own.issuer,
        clientId: 'id with: spaces',
        clientSecret: odd,
      });
      expect(await whoIs((await attemptSignIn(app, own, tenant.connection.key, { email: 'a@odd.test' })).browser)).toBe(
        'a@odd.test',
      );
      await own.stop();
    });
  });

  it('asks a few providers at once for one organization, and turns the rest away', async () => {
    const tenant = await createTenant(app, 'busy.test', { issuer: other.issuer, ...client });
    other.misbehave({ discovery: { fault: 'silent' } });
    const input = { domainId: tenant.domainId, provider: 'OKTA' };
    const calls = Array.from({ length: 8 }, (_, index) =>
      tenant.owner.browser.graphql(configureMutation, { input: { ...input, idempotencyKey: `key-${index}` } }),
    );
    const codes = (await Promise.all(calls)).map(({ errors }) => errors[0]?.extensions.code).sort();
    expect(codes).toEqual([
      ...Array.from({ length: 3 }, () => 'ISSUER_UNREACHABLE'),
      ...Array.from({ length: 5 }, () => 'RATE_LIMITED'),
    ]);
    other.reset();
    expect((await tenant.owner.browser.graphql(configureMutation, { input })).errors).toEqual([]);
  });
});

/** Describes itself as a provider does, when it is let. */
async function startSlowProvider() {
  let held = Promise.resolve();
  let release = (): void => undefined;
  let onAsked = (): void => undefined;
  const server = await startLoopbackHttp(0, (origin) => async (_request, response) => {
    onAsked();
    await held;
    const endpoints = { authorization_endpoint: `${origin}/a`, token_endpoint: `${origin}/t`, jwks_uri: `${origin}/j` };
    sendJson(response, 200, { issuer: origin, ...endpoints });
  });
  return {
    issuer: server.origin,
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release: () => release(),
    asked: () => new Promise<void>((resolve) => (onAsked = resolve)),
    stop: () => server.stop(),
  };
}
