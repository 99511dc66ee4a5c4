import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { importJWK, jwtVerify, type JWK } from 'jose';
import { createHash, createPublicKey } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import * as oidc from 'openid-client';
import { CookieJar } from './servers/cookie-jar.js';
import { startDnsServer, type DnsServer } from './servers/dns-server.js';
import {
  secondsFromNow,
  startHostileProvider,
  type Fault,
  type HostileProvider,
  type JwtSignature,
  type Misbehaviour,
} from './servers/hostile-openid-provider.js';
import { createClient, redirectTarget } from './servers/http-client.js';
import { startMailSink, type MailSink } from './servers/mail-sink.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from './servers/openid-provider.js';

const callback = 'http://localhost:3000/api/auth/callback/acme.test.okta';
const clientId = 'gatehouse';
const clientSecret = 'a secret: with + 100% odd characters';

/** The relying party of these tests: openid-client, as strict as it gets. */
class RelyingParty {
  private constructor(readonly config: oidc.Configuration) {}

  static async of(issuer: string, auth = oidc.ClientSecretBasic(clientSecret)): Promise<RelyingParty> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out; these providers are on loopback
    const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
    return new RelyingParty(await oidc.discovery(new URL(issuer), clientId, undefined, auth, { execute, timeout: 5 }));
  }

  /** Begins a sign-in: where to send the browser, and what to do with the URL that it comes back to. */
  async begin(parameters: Record<string, string> = {}) {
    const [pkceCodeVerifier, expectedState, expectedNonce] = [
      oidc.randomPKCECodeVerifier(),
      oidc.randomState(),
      oidc.randomNonce(),
    ];
    const url = oidc.buildAuthorizationUrl(this.config, {
      redirect_uri: callback,
      scope: 'openid email profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    });
    const finish = (back: string) =>
      oidc.authorizationCodeGrant(this.config, new URL(back), { pkceCodeVerifier, expectedState, expectedNonce });
    return { url: url.href, finish };
  }
}

describe('the OpenID provider', () => {
  const alice = { sub: 'okta|alice', email: 'alice@acme.test', emailVerified: true, name: 'Alice <Ames>' };
  const bob = { sub: 'okta|bob', email: 'bob@acme.test', emailVerified: false, name: 'Bob' };
  const client = {
    clientId,
    clientSecret,
    redirectUris: [callback],
    postLogoutRedirectUris: ['http://localhost:3000/sign-in'],
  };
  let provider: OpenIdProvider;

  const printed = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'info')];
  beforeAll(async () => {
    provider = await startOpenIdProvider({ name: "Acme's Okta", clients: [client], accounts: [alice, bob] });
  });
  afterEach(() => {
    provider.setAccounts([alice, bob]);
    provider.registerClient(client);
  });
  afterAll(() => provider.stop());

  it('signs a person in with the code flow and says who they are in the ID token', async () => {
    const { url, finish } = await (await RelyingParty.of(provider.issuer)).begin();
    const back = await signInAtProvider(url, alice);
    expect(back).toMatch(`${callback}?code=`);
    expect(new URL(back).searchParams.get('iss')).toBe(provider.issuer);
    const claims = (await finish(back)).claims();
    expect(claims).toMatchObject({ sub: alice.sub, email: alice.email, email_verified: true, name: alice.name });
  });

  it('takes the client secret in the form where the client is registered so', async () => {
    provider.registerClient({ ...client, tokenEndpointAuthMethod: 'client_secret_post' });
    const basic = await (await RelyingParty.of(provider.issuer)).begin();
    await expect(basic.finish(await signInAtProvider(basic.url, alice))).rejects.toMatchObject({
      error: 'invalid_client',
    });
    const post = await (await RelyingParty.of(provider.issuer, oidc.ClientSecretPost(clientSecret))).begin();
    expect((await post.finish(await signInAtProvider(post.url, alice))).claims()?.sub).toBe(alice.sub);
  });

  it('shows a page that offers each account, the hinted one first, and works without JavaScript', async () => {
    const { url } = await (await RelyingParty.of(provider.issuer)).begin({ login_hint: 'BOB@acme.test' });
    const browser = createClient(provider.url);
    const page = await browser.follow(await browser.get(url));
    expect(page.text).toContain('<title>Acme&#39;s Okta</title>');
    expect(page.text).toContain('stand-in');
    expect(page.text).toContain('Alice &lt;Ames&gt;');
    expect(page.text.indexOf('okta|bob')).toBeLessThan(page.text.indexOf('okta|alice'));
    expect(page.text).not.toMatch(/<script|https?:\/\/(?!127)/);
  });

  it('takes a typed address, and says so when nobody has it', async () => {
    const { url } = await (await RelyingParty.of(provider.issuer)).begin();
    const browser = createClient(provider.url);
    const { url: page } = await browser.follow(await browser.get(url));
    const unknown = await browser.postForm(page, { email: 'mallory@acme.test' });
    expect(unknown.text).toContain('Nobody here has that address');
    const back = await browser.follow(await browser.postForm(page, { email: 'Alice@Acme.test' }));
    expect(redirectTarget(back)).toMatch(callback);
  });

  it('lets one browser be somebody else the next time, and answers prompt=none for who is there', async () => {
    const party = await RelyingParty.of(provider.issuer);
    const cookies = new CookieJar();
    for (const person of [alice, bob, alice]) {
      const { url, finish } = await party.begin();
      expect((await finish(await signInAtProvider(url, person, cookies))).claims()?.sub).toBe(person.sub);
    }
    const silent = await party.begin({ prompt: 'none' });
    expect((await silent.finish(await signInAtProvider(silent.url, bob, cookies))).claims()?.sub).toBe(alice.sub);
    const stranger = await party.begin({ prompt: 'none' });
    expect(await signInAtProvider(stranger.url, bob)).toContain('error=login_required');
  });

  it('takes no request without PKCE, unless the client is registered so', async () => {
    const party = await RelyingParty.of(provider.issuer);
    const url = oidc.buildAuthorizationUrl(party.config, { redirect_uri: callback, scope: 'openid', state: 's' }).href;
    expect(await signInAtProvider(url, alice)).toContain('error=invalid_request');
    provider.registerClient({ ...client, pkce: 'optional' });
    expect(await signInAtProvider(url, alice)).toContain('code=');
  });

  it('forgets an account that was taken away, and knows one that was added', async () => {
    const carol = { ...bob, sub: 'okta|carol', email: 'carol@acme.test' };
    provider.setAccounts([carol]);
    const { url } = await (await RelyingParty.of(provider.issuer)).begin();
    await expect(signInAtProvider(url, alice)).rejects.toThrow('offers no account okta|alice');
    expect(await signInAtProvider(url, carol)).toContain('code=');
  });

  it('signs out at the end-session endpoint and leads back', async () => {
    const party = await RelyingParty.of(provider.issuer);
    const cookies = new CookieJar();
    const { url, finish } = await party.begin();
    const tokens = await finish(await signInAtProvider(url, alice, cookies));
    const post_logout_redirect_uri = 'http://localhost:3000/sign-in';
    const end = oidc.buildEndSessionUrl(party.config, { id_token_hint: tokens.id_token!, post_logout_redirect_uri });
    const browser = createClient(provider.url, { cookies });
    const page = await browser.get(end.href);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)![1]!;
    const done = await browser.postForm('/session/end/confirm', { xsrf, logout: 'yes' });
    expect(done.location).toBe(post_logout_redirect_uri);
    const silent = await party.begin({ prompt: 'none' });
    expect(await signInAtProvider(silent.url, alice, cookies)).toContain('error=login_required');
  });

  it('does not mix up its people with those of another provider on another port', async () => {
    const other = await startOpenIdProvider({ name: 'Other', clients: [client], accounts: [alice, bob] });
    const cookies = new CookieJar();
    const [here, there] = await Promise.all([RelyingParty.of(provider.issuer), RelyingParty.of(other.issuer)]);
    await signInAtProvider((await here.begin()).url, alice, cookies);
    await signInAtProvider((await there.begin()).url, bob, cookies);
    const { url, finish } = await here.begin({ prompt: 'none' });
    expect((await finish(await signInAtProvider(url, alice, cookies))).claims()?.sub).toBe(alice.sub);
    await other.stop();
  });

  it('explains a refused request on a page of its own, and prints nothing', async () => {
    const { url } = await (await RelyingParty.of(provider.issuer)).begin({ redirect_uri: 'http://evil.test/' });
    const refused = await createClient(provider.url).get(url, { headers: { accept: 'text/html' } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('invalid_redirect_uri');
    expect((await createClient(provider.url).get('/nothing')).status).toBe(404);
    for (const method of printed) expect(method).not.toHaveBeenCalled();
  });
});

describe('the hostile OpenID provider', () => {
  let provider: HostileProvider;

  beforeAll(async () => {
    provider = await startHostileProvider({ clientId, clientSecret });
  });
  afterEach(() => provider.reset());
  afterAll(() => provider.stop());

  /** A whole sign-in by a relying party that has just been set up. */
  async function signIn(who = {}): Promise<oidc.IDToken> {
    const party = await RelyingParty.of(provider.issuer);
    const { url, finish } = await party.begin();
    const tokens = await finish(await provider.authorize(url, who));
    const { sub } = tokens.claims()!;
    await oidc.fetchUserInfo(party.config, tokens.access_token, sub);
    return tokens.claims()!;
  }

  const fetched = (path: string, patienceMs = 5_000) =>
    fetch(provider.issuer + path, { signal: AbortSignal.timeout(patienceMs) });

  it.each([oidc.ClientSecretBasic, oidc.ClientSecretPost])('behaves until told otherwise (%#)', async (auth) => {
    const { url, finish } = await (await RelyingParty.of(provider.issuer, auth(clientSecret))).begin();
    const tokens = await finish(await provider.authorize(url, { email: 'bob@acme.test', sub: 'bob' }));
    expect(tokens.claims()).toMatchObject({ sub: 'bob', email: 'bob@acme.test', email_verified: true });
  });

  it('keeps what it received', async () => {
    await signIn();
    expect(provider.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /.well-known/openid-configuration',
      'GET /authorize',
      'POST /token',
      'GET /jwks',
      'GET /userinfo',
    ]);
    const [token] = provider.requestsTo('/token');
    expect(token?.headers.authorization).toMatch(/^Basic /);
    expect(new URLSearchParams(token?.body).get('redirect_uri')).toBe(callback);
  });

  it('refuses a wrong secret, a code sent twice, another redirect URI and another verifier', async () => {
    const redeem = (code: string, fields: Record<string, string> = {}) =>
      createClient(provider.issuer).postForm('/token', {
        ...{ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier },
        ...{ client_id: clientId, client_secret: clientSecret, ...fields },
      });
    const verifier = oidc.randomPKCECodeVerifier();
    const challenge = { code_challenge: await oidc.calculatePKCECodeChallenge(verifier) };
    const code = async () => {
      const { url } = await (await RelyingParty.of(provider.issuer)).begin(challenge);
      return new URL(await provider.authorize(url)).searchParams.get('code')!;
    };
    const once = await code();
    expect((await redeem(once)).status).toBe(200);
    expect((await redeem(once)).json()).toEqual({ error: 'invalid_grant' });
    expect((await redeem(await code(), { client_secret: 'x' })).json()).toEqual({ error: 'invalid_client' });
    expect((await redeem(await code(), { redirect_uri: 'http://evil.test' })).json()).toEqual({
      error: 'invalid_grant',
    });
    expect((await redeem(await code(), { code_verifier: 'x'.repeat(43) })).json()).toEqual({ error: 'invalid_grant' });
  });

  it('takes no request without S256, unless told to', async () => {
    const { url } = await (await RelyingParty.of(provider.issuer)).begin({ code_challenge_method: 'plain' });
    expect(await provider.authorize(url)).toContain('error=invalid_request');
    provider.misbehave({ authorization: { pkce: 'optional' } });
    const plain = await (await RelyingParty.of(provider.issuer)).begin({ code_challenge_method: 'plain' });
    await expect(plain.finish(await provider.authorize(plain.url))).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  const confused: Misbehaviour = { idToken: { signature: 'public key as secret' } };
  const refused: [string, Misbehaviour, RegExp][] = [
    ['another iss', { idToken: { claims: { iss: 'https://evil.test' } } }, /unexpected JWT "iss"/],
    ['no sub', { idToken: { without: ['sub'] } }, /"sub" \(subject\) claim missing/],
    ['an empty sub', { idToken: { claims: { sub: '' } } }, /must not be empty/],
    ['a sub that is a number', { idToken: { claims: { sub: 7 } } }, /"sub" \(subject\) claim type/],
    ['another aud', { idToken: { claims: { aud: 'somebody' } } }, /unexpected JWT "aud"/],
    ['a foreign azp', { idToken: { claims: { aud: [clientId, 'x'], azp: 'x' } } }, /"azp"/],
    ['no iat', { idToken: { without: ['iat'] } }, /"iat".*missing/],
    ['a past exp', { idToken: { claims: { exp: secondsFromNow(-90) } } }, /"exp"/],
    ['a future nbf', { idToken: { claims: { nbf: secondsFromNow(90) } } }, /"nbf"/],
    ['another nonce', { idToken: { claims: { nonce: 'x' } } }, /"nonce"/],
    ['no nonce', { idToken: { without: ['nonce'] } }, /"nonce".*missing/],
    ['no signature', { idToken: { signature: 'empty' } }, /"alg"/],
    ['no signature, spelled oddly', { idToken: { signature: 'empty', header: { alg: 'nOnE' } } }, /"alg"/],
    ['a corrupted RS256 signature', { idToken: { signature: 'corrupted' } }, /signature verification failed/],
    [
      'a corrupted ES256 signature',
      { idToken: { algorithm: 'ES256', signature: 'corrupted' } },
      /signature verification/,
    ],
    ['the key of somebody else', { idToken: { signature: 'unpublished key' } }, /signature verification failed/],
    ['HS256 with the public key', confused, /"alg"/],
    ['HS256 with the secret', { idToken: { signature: 'client secret' } }, /"alg"/],
    ['HS256 with another secret', { idToken: { signature: 'wrong secret' } }, /"alg"/],
    ['an unknown kid', { idToken: { header: { kid: 'x' } } }, /error when selecting a JWT verification key/],
    ['no kid among several keys', { jwks: { decoys: 2 }, idToken: { withoutHeader: ['kid'] } }, /selecting a JWT/],
    ['keys without the right one', { jwks: { decoys: 1, publish: 'decoys only' } }, /selecting a JWT/],
    ['no keys', { jwks: { publish: 'nothing' } }, /selecting a JWT/],
    ['a crit header', { idToken: { header: { crit: ['b64'], b64: true } } }, /crit/],
    ['no ID token', { token: { without: ['id_token'] } }, /id_token/],
    ['another token type', { token: { members: { token_type: 'mac' } } }, /token_type/],
    ['a refused code', { token: { error: 'invalid_grant' } }, /error in the response body/],
    ['another sub from userinfo', { userinfo: { claims: { sub: 'x' } } }, /unexpected "response" body "sub"/],
    [
      'another issuer in discovery',
      { discovery: { members: { issuer: 'http://127.0.0.1/' } } },
      /issuer does not match/,
    ],
    ['no token endpoint', { discovery: { without: ['token_endpoint'] } }, /"?as\.token_endpoint"?/],
    ['no keys endpoint', { discovery: { without: ['jwks_uri'] } }, /"?as\.jwks_uri"?/],
    ['another iss in the callback', { authorization: { iss: ['https://evil.test'] } }, /unexpected "iss"/],
    ['no iss in the callback', { authorization: { iss: [] } }, /"iss".*missing/],
    ['iss twice in the callback', { authorization: { iss: ['a', 'a'] } }, /only once/],
    ['a foreign state', { authorization: { state: ['x'] } }, /"state"/],
    ['two codes', { authorization: { codes: 2 } }, /only once/],
    ['an error', { authorization: { error: 'access_denied' } }, /authorization response from the server is an error/],
  ];
  it.each(refused)('can send %s', async (_name, misbehaviour, message) => {
    provider.misbehave(misbehaviour);
    const error = await signIn().then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(`${error?.message}: ${String((error?.cause as Error | undefined)?.message)}`).toMatch(message);
  });

  const accepted: [string, Misbehaviour, Record<string, unknown>][] = [
    ['ES256', { idToken: { algorithm: 'ES256' } }, { sub: 'alice-0001' }],
    ['no kid and one key', { jwks: { withoutMembers: ['kid'] }, idToken: { withoutHeader: ['kid'] } }, {}],
    ['the right key among several', { jwks: { decoys: 2 } }, {}],
    ['a claim of the wrong type', { idToken: { claims: { email_verified: 'true' } } }, { email_verified: 'true' }],
    ['a wrong at_hash, with the code flow', { idToken: { claims: { at_hash: 'x' } } }, { at_hash: 'x' }],
    ['headers that point elsewhere', { idToken: { header: { jku: 'http://127.0.0.1:9/' } } }, {}],
    ['no S256 on offer', { discovery: { members: { code_challenge_methods_supported: ['plain'] } } }, {}],
  ];
  it.each(accepted)('can send %s', async (_name, misbehaviour, claims) => {
    provider.misbehave(misbehaviour);
    expect(await signIn()).toMatchObject(claims);
  });

  it('puts its own signature right: at_hash and ES256 too', async () => {
    const { url, finish } = await (await RelyingParty.of(provider.issuer)).begin();
    const tokens = await finish(await provider.authorize(url));
    const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url');
    expect(tokens.claims()?.at_hash).toBe(half);
  });

  it("signs with the very key that it names: the secret, the public key as PEM text, the attacker's", async () => {
    const verified = async (signature: JwtSignature, key: Parameters<typeof jwtVerify>[1]) =>
      (await jwtVerify(provider.logoutToken({ sub: 'bob' }, { signature }), key)).protectedHeader.alg;
    const { keys } = (await (await fetched('/jwks')).json()) as { keys: JWK[] };
    const pem = createPublicKey({ key: { ...keys[0] }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    expect(await verified('client secret', Buffer.from(clientSecret))).toBe('HS256');
    expect(await verified('public key as secret', Buffer.from(pem))).toBe('HS256');
    expect(await verified('unpublished key', await importJWK(provider.attackerJwk))).toBe('RS256');
    await expect(verified('wrong secret', Buffer.from(clientSecret))).rejects.toThrow('signature verification failed');
  });

  it('rotates its keys: the old ones are gone, the new ones sign', async () => {
    const kidOf = async () =>
      ((await (await fetched('/jwks')).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    const before = await kidOf();
    await provider.rotateKeys();
    expect(await kidOf()).not.toEqual(before);
    expect((await signIn()).sub).toBe('alice-0001');
  });

  const faults: [Fault, (answer: Promise<Response>) => Promise<void>][] = [
    ['not JSON', async (answer) => expect((await answer).headers.get('content-type')).toMatch('text/html')],
    ['broken JSON', async (answer) => expect((await answer).json()).rejects.toThrow('in JSON at position')],
    ['server error', async (answer) => expect((await answer).status).toBe(500)],
    ['connection reset', async (answer) => expect(answer).rejects.toThrow('fetch failed')],
    ['ten megabytes', async (answer) => expect((await (await answer).text()).length).toBeGreaterThan(10_000_000)],
  ];
  /** How many pieces of an answer came before patience ended. */
  const endlessly: [Fault, number[]][] = [
    ['endless', [2, 3, 4]],
    ['stalled', [0]],
  ];
  describe.each(['/.well-known/openid-configuration', '/jwks'])('%s', (path) => {
    it.each(faults)('can be %s', async (fault, check) => {
      provider.misbehave({ discovery: { fault }, jwks: { fault } });
      await check(fetched(path));
    });

    it.each(endlessly)('can be %s', async (fault, counts) => {
      provider.misbehave({ discovery: { fault }, jwks: { fault } });
      const response = await fetched(path, 400);
      let pieces = 0;
      const reader = response.body!.getReader();
      const reading = async () => {
        for (; !(await reader.read()).done;) pieces += 1;
      };
      await expect(reading()).rejects.toThrow('timeout');
      expect(counts).toContain(pieces);
    });

    it('can be silent', async () => {
      provider.misbehave({ discovery: { fault: 'silent' }, jwks: { fault: 'silent' } });
      await expect(fetched(path, 250)).rejects.toThrow('timeout');
      expect(provider.requestsTo(path)).toHaveLength(1);
    });
  });

  it.each(['/token', '/userinfo'])('can spoil %s', async () => {
    provider.misbehave({ token: { fault: 'server error' } });
    await expect(signIn()).rejects.toThrow('unexpected HTTP response status code');
    provider.misbehave({ token: {}, userinfo: { fault: 'not JSON' } });
    await expect(signIn()).rejects.toThrow('unexpected response content-type');
  });

  it('packs 100 MB into less than a hundredth, the true answer at the end', async () => {
    provider.misbehave({ jwks: { fault: 'gzip bomb' } });
    const response = await fetch(`${provider.issuer}/jwks`);
    const text = await response.text();
    expect(text.length).toBeGreaterThan(100_000_000);
    expect(JSON.parse(text)).toHaveProperty('keys');
    expect(Number(response.headers.get('content-length'))).toBeLessThan(1_000_000);
  });

  it('can redirect, and answers where nobody should ask', async () => {
    provider.misbehave({ jwks: { fault: { redirectTo: provider.attackerJwksUrl } } });
    expect(await (await fetched('/jwks')).json()).toEqual({ keys: [provider.attackerJwk] });
    expect(provider.requestsTo('/attacker/jwks')).toHaveLength(1);
  });

  it('makes logout tokens, right and wrong', () => {
    const parts = (token: string) =>
      token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
    const [header, claims] = parts(provider.logoutToken({ sub: 'bob' }));
    expect(header).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });
    expect(claims).toMatchObject({ iss: provider.issuer, aud: clientId, sub: 'bob' });
    expect(claims).toHaveProperty(['events', 'http://schemas.openid.net/event/backchannel-logout'], {});
    const [, bent] = parts(provider.logoutToken({ sub: 'bob' }, { claims: { nonce: 'n' }, without: ['events'] }));
    expect(bent).toMatchObject({ nonce: 'n' });
    expect(bent).not.toHaveProperty('events');
  });

  it('can have an issuer with a trailing slash', async () => {
    const other = await startHostileProvider({ clientId, clientSecret, issuerPath: '/' });
    const { url, finish } = await (await RelyingParty.of(other.issuer)).begin();
    expect((await finish(await other.authorize(url))).claims()?.iss).toMatch(/\/$/);
    await other.stop();
  });
});

describe('the DNS server', () => {
  let dns: DnsServer;
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  const name = '_gatehouse-verification.acme.test';

  beforeAll(async () => {
    dns = await startDnsServer();
    resolver.setServers([dns.address]);
  });
  afterEach(() => dns.clear());
  afterAll(() => dns.stop());

  it('answers with every record and its chunks, whatever the case of the name', async () => {
    dns.setTxt(name.toUpperCase(), ['one', ['two ', 'halves'], 'x'.repeat(300)]);
    expect(await resolver.resolveTxt(name)).toEqual([['one'], ['two ', 'halves'], ['x'.repeat(255), 'x'.repeat(45)]]);
    expect(dns.queries[0]).toEqual({ name, type: 'TXT', transport: 'udp' });
  });

  it('tells a name without TXT records from one that does not exist', async () => {
    dns.setTxt(name, ['one']);
    dns.setTxt('empty.test', []);
    await expect(resolver.resolveTxt('acme.test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolveTxt('empty.test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolveTxt('other.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    dns.remove(name);
    await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('follows an alias, and answers for name servers', async () => {
    dns.setCname(name, 'target.test');
    dns.setTxt('target.test', ['one']);
    dns.setNs('acme.test', ['ns1.acme.test', 'ns2.acme.test']);
    expect(await resolver.resolveTxt(name)).toEqual([['one']]);
    expect(await resolver.resolveCname(name)).toEqual(['target.test']);
    expect(await resolver.resolveNs('acme.test')).toEqual(['ns1.acme.test', 'ns2.acme.test']);
  });

  it('gives an answer that is too long for UDP over TCP', async () => {
    const records = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(100));
    dns.setTxt(name, records);
    expect((await resolver.resolveTxt(name)).flat()).toEqual(records);
    expect(dns.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it.each([
    ['SERVFAIL', 'ESERVFAIL', ['udp']],
    ['REFUSED', 'EREFUSED', ['udp']],
    ['TIMEOUT', 'ETIMEOUT', ['udp']],
    ['TRUNCATED', 'ECONNREFUSED', ['udp', 'tcp']],
    ['GARBAGE', 'EBADRESP', ['udp']],
  ] as const)('fails with %s for the name and all below it, and recovers', async (failure, code, transports) => {
    dns.setTxt(name, ['one']);
    dns.setTxt('other.test', ['two']);
    dns.fail('acme.test', failure);
    await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code });
    expect(dns.queries.map(({ transport }) => transport)).toEqual(transports);
    expect(await resolver.resolveTxt('other.test')).toEqual([['two']]);
    dns.recover('acme.test');
    expect(await resolver.resolveTxt(name)).toEqual([['one']]);
  });

  it('fails altogether at the root', async () => {
    dns.setTxt(name, ['one']);
    dns.fail('.', 'REFUSED');
    await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code: 'EREFUSED' });
  });
});

describe('the mail sink', () => {
  let sink: MailSink;
  const mail = {
    from: 'Gatehouse <no-reply@gatehouse.test>',
    to: 'bob@acme.test',
    subject: 'Grüße',
    text: 'Öffne: http://x.test/a?b=1&c=2.',
  };

  beforeAll(async () => {
    sink = await startMailSink({ httpPort: 0 });
  });
  afterEach(() => sink.clear());
  afterAll(() => sink.stop());

  const send = async (fields: object = {}, url = sink.url) => {
    const transport = createTransport(url);
    await transport.sendMail({ ...mail, ...fields });
    transport.close();
  };

  it('takes a mail, decodes it, and knows its real recipients', async () => {
    await send({ html: '<p>Öffne</p>', bcc: 'carol@acme.test' });
    const received = await sink.next();
    expect(received).toMatchObject({ from: 'no-reply@gatehouse.test', to: ['bob@acme.test', 'carol@acme.test'] });
    expect(received).toMatchObject({ subject: 'Grüße', html: expect.stringContaining('<p>Öffne</p>') });
    expect(received.text.trim()).toBe(mail.text);
    expect(received.raw).toMatch(/^From: Gatehouse/m);
  });

  it('takes a client that signs in', async () => {
    await send({}, sink.url.replace('//', '//user:secret@'));
    expect(sink.messages).toHaveLength(1);
  });

  it('waits for the mail that fits, and gives each mail once', async () => {
    const [second, first] = [sink.next(({ subject }) => subject === 'second'), sink.next()];
    await send({ subject: 'first' });
    await send({ subject: 'second' });
    expect([(await first).subject, (await second).subject]).toEqual(['first', 'second']);
    await expect(sink.next(undefined, 50)).rejects.toThrow(
      'There are: "first" to bob@acme.test; "second" to bob@acme.test',
    );
  });

  it('shows its mails on a page, with links, and the latest as JSON', async () => {
    await send({ to: 'alice@acme.test' });
    await send({ subject: '<b>' });
    const browser = createClient(sink.page!);
    const page = (await browser.get('/')).text;
    expect(page).toContain('<a href="http://x.test/a?b=1&amp;c=2">http://x.test/a?b=1&amp;c=2</a>.');
    expect(page).toContain('&lt;b&gt;');
    const latest = (await browser.get('/latest?to=ALICE@acme.test')).json<{ to: string[] }>();
    expect(latest.to).toEqual(['alice@acme.test']);
    expect((await browser.get('/latest?to=nobody@acme.test')).status).toBe(404);
  });
});

describe('the HTTP client', () => {
  let server: Server;
  let base: string;
  let received: {
    method?: string | undefined;
    url?: string | undefined;
    headers: IncomingMessage['headers'];
    body: string;
  }[];
  let answers: Record<string, { status?: number; headers?: Record<string, string | string[]>; body?: string }>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const { method, url, headers } = request;
        received.push({ method, url, headers, body: Buffer.concat(chunks as Buffer[]).toString() });
        const { status = 200, headers: sent = {}, body = '{}' } = answers[url ?? ''] ?? {};
        response.writeHead(status, sent).end(body);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    received = [];
    answers = {};
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const setting = (...lines: string[]) => ({ headers: { 'set-cookie': lines } });

  it('keeps cookies by path, forgets them when told, and lets them age', async () => {
    answers['/a/b'] = setting(
      'one=1; Path=/; HttpOnly; SameSite=Lax',
      'two=2',
      'three=3; Path=/other',
      'old=1; Max-Age=-1',
    );
    answers['/a/delete'] = setting('one=; Path=/; Max-Age=0');
    const client = createClient(base);
    await client.get('/a/b');
    expect(client.cookies.get('one')).toMatchObject({ value: '1', httpOnly: true, sameSite: 'Lax' });
    await client.get('/a/c');
    await client.get('/');
    await client.get('/a/delete');
    await client.get('/abc');
    expect(received.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'two=2; one=1',
      'one=1',
      'two=2; one=1',
      undefined,
    ]);
  });

  it('refuses Secure and __Host- cookies as a browser would', async () => {
    const lines = [
      '__Host-a=1; Secure; Path=/',
      '__Host-b=1; Secure; Path=/x',
      '__Host-c=1; Path=/',
      '__Secure-d=1',
      'e=1; Secure',
    ];
    answers['/'] = setting(...lines, '__Host-f=1; Secure; Path=/; Domain=gatehouse.test', 'g=1; SameSite=None', 'h=1');
    const [plain, proxied] = [createClient(base), createClient(base, { publicUrl: 'https://gatehouse.test' })];
    await Promise.all([plain.get('/'), proxied.get('/')]);
    expect(plain.cookies.all().map(({ name }) => name)).toEqual(['h']);
    expect(proxied.cookies.all().map(({ name }) => name)).toEqual(['__Host-a', 'e', 'h']);
  });

  it('sends a cookie to its own host alone, and a Secure one never in the clear', () => {
    const jar = new CookieJar();
    jar.store(new URL('https://a.test/'), ['plain=1', 'safe=2; Secure']);
    expect(jar.headerFor(new URL('https://a.test:8443/x'))).toBe('plain=1; safe=2');
    expect(jar.headerFor(new URL('http://a.test/'))).toBe('plain=1');
    expect(jar.headerFor(new URL('https://b.a.test/'))).toBeNull();
  });

  it('goes nowhere by itself, and follows on its own site alone', async () => {
    answers['/start'] = { status: 303, headers: { location: '/middle' } };
    answers['/middle'] = { body: '<meta http-equiv="refresh" content="0;url=/end?a=1&amp;b=2">' };
    answers['/end?a=1&b=2'] = { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } };
    const client = createClient(base);
    const start = await client.postJson('/start', {});
    expect(start.location).toBe(`${base}/middle`);
    expect(received).toHaveLength(1);
    const end = await client.follow(start);
    expect(redirectTarget(end)).toBe('http://127.0.0.1:9/elsewhere');
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /start',
      'GET /middle',
      'GET /end?a=1&b=2',
    ]);
  });

  it('gives up on a site that redirects for ever', async () => {
    answers['/loop'] = { status: 302, headers: { location: '/loop' } };
    const client = createClient(base);
    await expect(client.follow(await client.get('/loop'))).rejects.toThrow('More than 10 redirects');
  });

  it('sends forms and JSON, with the Origin of a browser or as told', async () => {
    await createClient(base).postForm('/', { a: '1 2', b: ['3', '4'] });
    await createClient(base, { origin: 'https://evil.test' }).postJson('/', { a: 1 });
    await createClient(base, { publicUrl: 'https://gatehouse.test' }).postJson('https://gatehouse.test/x', {});
    await createClient(base, { bearer: 'sk' }).postJson('/', {});
    await createClient(base, { basic: { user: 'pk', password: 'sk' } }).get('/');
    expect(received.map(({ body }) => body)).toEqual(['a=1+2&b=3&b=4', '{"a":1}', '{}', '{}', '']);
    expect(received.map(({ headers }) => headers.origin)).toEqual([
      base,
      'https://evil.test',
      'https://gatehouse.test',
      undefined,
      undefined,
    ]);
    expect(received[3]?.headers.authorization).toBe('Bearer sk');
    expect(received[4]?.headers.authorization).toBe('Basic cGs6c2s=');
  });

  it('asks GraphQL, past its CSRF prevention, and gives data and errors', async () => {
    const errors = [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }];
    answers['/graphql'] = { status: 200, body: JSON.stringify({ data: { viewer: null }, errors }) };
    const { data, errors: seen } = await createClient(base).graphql<{ viewer: null }>('{ viewer }', { id: 1 });
    expect(data?.viewer).toBeNull();
    expect(seen[0]?.extensions.code).toBe('FORBIDDEN');
    expect(received[0]).toMatchObject({ method: 'POST', body: '{"query":"{ viewer }","variables":{"id":1}}' });
    expect(received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'apollo-require-preflight': 'true',
    });
  });

  it('says what came where JSON was expected', async () => {
    answers['/'] = { status: 502, body: '<h1>Bad gateway</h1>' };
    const answer = await createClient(base).get('/');
    expect(() => answer.json()).toThrow(`${base}/ answered 502 with no JSON: <h1>Bad gateway</h1>`);
  });
});
