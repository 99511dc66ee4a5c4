import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  secondsFromNow,
  startHostileProvider,
  type HostileProvider,
  type JwtMisbehaviour,
} from '../support/servers/hostile-openid-provider.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { attemptSignIn, createTenant, whoIs, type Tenant } from '../support/sso.js';
import { trailOfRequest, type TrailEntry } from '../support/trail.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret-of-acme' };
const mia = { sub: 'mia-0001', email: 'mia@acme.test' };

describe('a logout token of a provider', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let browser: HttpClient;

  beforeAll(async () => {
    provider = await startHostileProvider(client);
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, ...client });
  });
  beforeEach(async () => {
    browser = (await attemptSignIn(app, provider, acme.connection.key, mia)).browser;
    expect(await whoIs(browser)).toBe('mia@acme.test');
  });
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** Posts as the provider's server does: a form, from no browser. */
  async function post(token: string, key = acme.connection.key): Promise<{ status: number; trail: TrailEntry[] }> {
    const requestId = randomUUID();
    const sender = app.browser({ origin: null, headers: { 'x-request-id': requestId } });
    const answer = await sender.postForm(`/api/auth/backchannel-logout/${key}`, { logout_token: token });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    return { status: answer.status, trail: await trailOfRequest(app, requestId) };
  }

  it('17. ends the sessions that the person has through the connection, and no other', async () => {
    const elsewhere = app.browser();
    await elsewhere.postJson('/api/auth/signup', {
      email: 'sam@example.test',
      name: 'Sam',
      password: 'correct horse battery',
    });
    const colleague = await attemptSignIn(app, provider, acme.connection.key, {
      sub: 'ada-0001',
      email: 'ada@acme.test',
    });

    const { status, trail } = await post(provider.logoutToken(mia));
    expect(status).toBe(200);
    expect(trail.map(({ action, after }) => ({ action, after }))).toEqual([
      { action: 'session.endedByProvider', after: { connection: 'acme.test.okta', sessions: 1 } },
    ]);
    expect(await whoIs(browser)).toBeNull();
    expect(await whoIs(elsewhere)).toBe('sam@example.test');
    expect(await whoIs(colleague.browser)).toBe('ada@acme.test');
  });

  it('17. of somebody who never came here is no error, and ends nothing', async () => {
    const { status, trail } = await post(provider.logoutToken({ sub: 'nobody-0001' }));
    expect([status, trail[0]?.after]).toEqual([200, { connection: 'acme.test.okta', sessions: 0 }]);
    expect(await whoIs(browser)).toBe('mia@acme.test');
  });

  const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
  const bent: [string, JwtMisbehaviour][] = [
    ['is not signed (alg none)', { signature: 'empty' }],
    ['is signed with another key', { signature: 'unpublished key' }],
    ['was changed after it was signed', { signature: 'corrupted' }],
    ['is signed with the client’s secret', { signature: 'client secret' }],
    ['is signed with the public key as a secret', { signature: 'public key as secret' }],
    ['is of another issuer', { claims: { iss: 'https://elsewhere.test' } }],
    ['is for another client', { claims: { aud: 'somebody-else' } }],
    ['has no audience', { without: ['aud'] }],
    ['has no event', { without: ['events'] }],
    ['has another event', { claims: { events: { 'http://schemas.openid.net/event/other': {} } } }],
    ['has an event that is no object', { claims: { events: { [logoutEvent]: 'yes' } } }],
    ['has a nonce, as an ID token has', { claims: { nonce: 'n' } }],
    ['has no subject', { without: ['sub'] }],
    ['has an empty subject', { claims: { sub: '' } }],
    ['has no jti', { without: ['jti'] }],
    ['does not say when it was made', { without: ['iat'] }],
    ['was made an hour ago', { claims: { iat: secondsFromNow(-3_600) } }],
    ['has expired', { claims: { exp: secondsFromNow(-120) } }],
    ['says where its key is (jku)', { header: { jku: 'https://elsewhere.test/jwks' } }],
  ];

  it.each(bent)('17. that %s is refused, and ends nothing', async (_name, misbehaviour) => {
    const { status, trail } = await post(provider.logoutToken(mia, misbehaviour));
    expect(status).toBe(400);
    expect(trail.map(({ action, outcome }) => [action, outcome])).toEqual([['logout.refused', 'REFUSED']]);
    expect(await whoIs(browser)).toBe('mia@acme.test');
  });

  it('17. is believed once', async () => {
    const token = provider.logoutToken(mia);
    expect((await post(token)).status).toBe(200);
    const again = (await attemptSignIn(app, provider, acme.connection.key, mia)).browser;
    const { status, trail } = await post(token);
    expect([status, trail[0]?.after]).toEqual([400, expect.objectContaining({ detail: 'came before' })]);
    expect(await whoIs(again)).toBe('mia@acme.test');
  });

  it.each(['', 'not a token', 'a.b.c', 'x'.repeat(20_000)])('17. that is no token is refused', async (token) => {
    expect((await post(token)).status).toBe(400);
    expect(await whoIs(browser)).toBe('mia@acme.test');
  });

  it('17. for a connection that is none is refused, on the trail of the instance', async () => {
    const { status, trail } = await post(provider.logoutToken(mia), 'beta.test.okta');
    expect([status, trail[0]?.after]).toEqual([400, expect.objectContaining({ reason: 'PROVIDER_UNKNOWN' })]);
  });
});
