import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { startTestApp, type TestApp } from '../support/app.js';
import { startHostileProvider, type HostileProvider } from '../support/servers/hostile-openid-provider.js';
import { signInAtProvider, startOpenIdProvider, type OpenIdProvider } from '../support/servers/openid-provider.js';
import { attemptSignIn, beginSignIn, comeBack, expectRefused, whoIs } from '../support/sso.js';

const client = { clientId: 'gatehouse', clientSecret: 'a-client-secret' };
const alice = { sub: 'alice', email: 'alice@company.test', emailVerified: true, name: 'Alice' };

describe('providers of the whole instance', () => {
  let app: TestApp;
  let real: OpenIdProvider;
  let hostile: HostileProvider;
  let directory: string;

  const yaml = { client_id: client.clientId, client_secret: client.clientSecret };

  /** An app with a YAML file beside its environment. */
  const startWith = async (document: object, environment: Readonly<Record<string, string>> = {}) => {
    const file = path.join(directory, 'gatehouse.yaml');
    await writeFile(file, stringify(document));
    return startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', CONFIG_FILE: file, ...environment });
  };

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gatehouse-yaml-'));
    real = await startOpenIdProvider({ name: 'Corporate', clients: [], accounts: [alice] });
    hostile = await startHostileProvider(client);
    const named = (key: string, more: object) => ({
      name: `The ${key}`,
      key,
      issuer_url: hostile.issuer,
      ...yaml,
      ...more,
    });
    app = await startWith(
      {
        auth: {
          oidc: {
            providers: [
              named('open', { allow_sign_up: true }),
              named('closed', {}),
              named('company', { allow_sign_up: true, allowed_domains: ['Company.TEST', 'müller.test'] }),
              named('lenient', { allow_sign_up: true, require_email_verified: false }),
              named('old', { allow_sign_up: true, pkce: false, scopes: ['email'] }),
            ],
          },
        },
      },
      {
        AUTH_CUSTOM_CLIENT_ID: client.clientId,
        AUTH_CUSTOM_CLIENT_SECRET: client.clientSecret,
        AUTH_CUSTOM_ISSUER: real.issuer,
        AUTH_CUSTOM_NAME: 'Corporate',
        AUTH_KEYCLOAK_CLIENT_ID: client.clientId,
        AUTH_KEYCLOAK_CLIENT_SECRET: client.clientSecret,
        AUTH_KEYCLOAK_ISSUER: hostile.issuer,
        AUTH_KEYCLOAK_CLIENT_AUTH_METHOD: 'client_secret_post',
        AUTH_KEYCLOAK_ALLOWED_DOMAINS: 'enforced.test',
        AUTH_AZURE_AD_CLIENT_ID: client.clientId,
        AUTH_AZURE_AD_CLIENT_SECRET: client.clientSecret,
        AUTH_AZURE_AD_ISSUER: hostile.issuer,
        AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'Enforced.test',
      },
    );
    real.registerClient({
      ...client,
      redirectUris: [`${app.url}/api/auth/callback/custom`, `${app.url}/api/v1/auth/login/custom/callback`],
    });
  });
  afterEach(() => hostile.reset());
  afterAll(async () => {
    await app.stop();
    await Promise.all([real.stop(), hostile.stop()]);
    await rm(directory, { recursive: true });
  });

  const someone = (email: string, more: { email_verified?: boolean } = {}) => ({
    sub: email,
    email,
    name: 'Someone',
    ...more,
  });

  it('are offered to everybody, those of the environment first', async () => {
    const answer = await app.browser().get('/api/auth/providers');
    const { providers } = answer.json<{ providers: { key: string; name: string; loginUrl: string }[] }>();
    expect(providers.map(({ key, name }) => `${key}: ${name}`)).toEqual([
      'azure-ad: Microsoft Entra ID',
      'keycloak: Keycloak',
      'custom: Corporate',
      'open: The open',
      'closed: The closed',
      'company: The company',
      'lenient: The lenient',
      'old: The old',
    ]);
    expect(providers[0]?.loginUrl).toBe('/api/auth/login/azure-ad');
    expect(answer.text).not.toMatch(client.clientSecret);
  });

  it('stand on the sign-in page', async () => {
    const page = await app.browser().get('/sign-in');
    expect(page.text).toMatch('Corporate');
    expect(page.text).toMatch('/api/auth/login/custom');
  });

  it.each([
    ['/api/auth/login/custom', '/api/auth/callback/custom'],
    ['/api/v1/auth/login/custom', '/api/v1/auth/login/custom/callback'],
  ])('sign people in from %s by way of %s', async (login, callback) => {
    const browser = app.browser();
    const begun = await browser.get(`${login}?returnTo=/console`);
    expect(new URL(begun.location!).searchParams.get('redirect_uri')).toBe(app.url + callback);
    const back = await signInAtProvider(begun.location!, alice);
    const { answer, trail } = await comeBack(app, browser, back);
    expect(answer.location).toBe(`${app.url}/console`);
    expect(await whoIs(browser)).toBe(alice.email);
    expect(trail.at(-1)).toMatchObject({ action: 'signIn.succeeded', after: { method: 'oidc', connection: 'custom' } });
  });

  it('make accounts with allow_sign_up alone', async () => {
    const stranger = someone('new@open.test');
    await expectRefused(await attemptSignIn(app, hostile, 'closed', stranger), {
      reason: 'SIGN_UP_CLOSED',
      code: 'SIGN_UP_CLOSED',
    });
    expect(await whoIs((await attemptSignIn(app, hostile, 'open', stranger)).browser)).toBe('new@open.test');
  });

  it('let in the allowed_domains, in any case and script, and no others', async () => {
    for (const email of ['a@company.test', 'b@COMPANY.test', 'c@müller.test', 'd@xn--mller-kva.test']) {
      expect(await whoIs((await attemptSignIn(app, hostile, 'company', someone(email))).browser)).not.toBeNull();
    }
    for (const email of ['a@elsewhere.test', 'a@sub.company.test', 'a@company.test.evil.test', 'a@notcompany.test']) {
      const attempt = await attemptSignIn(app, hostile, 'company', someone(email));
      await expectRefused(attempt, { reason: 'EMAIL_NOT_ALLOWED', code: 'EMAIL_NOT_ALLOWED' });
    }
  });

  it.each([false, 'true', 1, null])(
    'refuse an email that the provider calls verified by %j',
    async (email_verified) => {
      hostile.misbehave({ idToken: { claims: { email_verified } } });
      const attempt = await attemptSignIn(app, hostile, 'open', someone('unproven@open.test'));
      await expectRefused(attempt, { reason: 'EMAIL_NOT_VERIFIED', code: 'EMAIL_NOT_VERIFIED' });
    },
  );

  it('take the word of Entra ID that a directory owns the domain for a verified email, and nothing less', async () => {
    const who = someone('e@entra.test');
    for (const xms_edov of [undefined, false, '1', 1]) {
      hostile.misbehave({
        idToken: { claims: xms_edov === undefined ? {} : { xms_edov }, without: ['email_verified'] },
      });
      const attempt = await attemptSignIn(app, hostile, 'azure-ad', who);
      await expectRefused(attempt, { reason: 'EMAIL_NOT_VERIFIED', code: 'EMAIL_NOT_VERIFIED' });
    }
    hostile.misbehave({ idToken: { claims: { email_verified: true } } });
    await expectRefused(await attemptSignIn(app, hostile, 'azure-ad', who), {
      reason: 'EMAIL_NOT_VERIFIED',
      code: 'EMAIL_NOT_VERIFIED',
    });
    hostile.misbehave({ idToken: { claims: { xms_edov: true }, without: ['email_verified'] } });
    expect(await whoIs((await attemptSignIn(app, hostile, 'azure-ad', who)).browser)).toBe('e@entra.test');
    hostile.misbehave({ idToken: { claims: { xms_edov: true } } });
    await expectRefused(await attemptSignIn(app, hostile, 'open', someone('e@open.test', { email_verified: false })), {
      reason: 'EMAIL_NOT_VERIFIED',
      code: 'EMAIL_NOT_VERIFIED',
    });
  });

  it('let an unverified email in where require_email_verified is off, and do not call it verified', async () => {
    const { browser } = await attemptSignIn(
      app,
      hostile,
      'lenient',
      someone('unproven@lenient.test', { email_verified: false }),
    );
    const { user } = (await browser.get('/api/auth/session')).json<{ user: object }>();
    expect(user).toMatchObject({ email: 'unproven@lenient.test', emailVerified: false });
  });

  it('use PKCE unless told not to, and ask for the scopes named', async () => {
    const parametersOf = async (key: string) =>
      Object.fromEntries(new URL(await beginSignIn(app.browser(), key)).searchParams);
    expect(await parametersOf('open')).toMatchObject({ code_challenge_method: 'S256', scope: 'openid email profile' });
    const old = await parametersOf('old');
    expect(old).toMatchObject({ scope: 'openid email' });
    expect(old).not.toHaveProperty('code_challenge');
    hostile.misbehave({ authorization: { pkce: 'optional' } });
    expect(await whoIs((await attemptSignIn(app, hostile, 'old', someone('old@open.test'))).browser)).toBe(
      'old@open.test',
    );
  });

  it('prove themselves as they are told', async () => {
    expect(await whoIs((await attemptSignIn(app, hostile, 'keycloak', someone('k@enforced.test'))).browser)).toBe(
      'k@enforced.test',
    );
    const [asked] = hostile.requestsTo('/token');
    expect(asked?.headers.authorization).toBeUndefined();
    expect(new URLSearchParams(asked?.body).get('client_secret')).toBe(client.clientSecret);
  });

  it('are where the people of AUTH_DOMAINS_WITH_SSO_ENFORCEMENT go instead of to a password', async () => {
    const answer = await app
      .browser()
      .postJson('/api/auth/login', { email: 'k@ENFORCED.test', password: 'a password of old' });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'SSO_REQUIRED', loginUrl: '/api/auth/login/keycloak' });
    expect(await whoIs((await attemptSignIn(app, hostile, 'keycloak', someone('k@enforced.test'))).browser)).toBe(
      'k@enforced.test',
    );
  });

  describe('stop the start, in a line that names the setting', () => {
    const mistakes: [string, Readonly<Record<string, string>>, string][] = [
      [
        'without an issuer',
        { AUTH_OKTA_CLIENT_ID: 'x' },
        'AUTH_OKTA_ISSUER: expected the issuer, such as https://acme.okta.com',
      ],
      [
        'without a directory',
        { AUTH_AZURE_AD_CLIENT_ID: 'x' },
        'AUTH_AZURE_AD_TENANT_ID: expected the directory (tenant) id',
      ],
      [
        'with an installation where there is but one',
        { AUTH_GOOGLE_CLIENT_ID: 'x', AUTH_GOOGLE_BASE_URL: 'https://google.acme.test' },
        'AUTH_GOOGLE_BASE_URL: expected nothing: Google has no such setting',
      ],
      [
        'of GitHub Enterprise without its address',
        { AUTH_GITHUB_ENTERPRISE_CLIENT_ID: 'x', AUTH_GITHUB_ENTERPRISE_CLIENT_SECRET: 'y' },
        'AUTH_GITHUB_ENTERPRISE_BASE_URL: expected the address of your installation',
      ],
      [
        'of GitHub Enterprise at a private address',
        {
          AUTH_GITHUB_ENTERPRISE_CLIENT_ID: 'x',
          AUTH_GITHUB_ENTERPRISE_CLIENT_SECRET: 'y',
          AUTH_GITHUB_ENTERPRISE_BASE_URL: 'https://10.0.0.1',
        },
        'AUTH_GITHUB_ENTERPRISE_BASE_URL: expected a public https address',
      ],
      [
        'of GitHub without a secret',
        { AUTH_GITHUB_CLIENT_ID: 'x' },
        'AUTH_GITHUB_CLIENT_SECRET: expected the secret of the OAuth app',
      ],
      [
        'of GitHub with a method that it does not take',
        { AUTH_GITHUB_CLIENT_ID: 'x', AUTH_GITHUB_CLIENT_SECRET: 'y', AUTH_GITHUB_CLIENT_AUTH_METHOD: 'none' },
        'AUTH_GITHUB_CLIENT_AUTH_METHOD: expected client_secret_post',
      ],
      [
        'of GitHub with a sign-out that it does not have',
        { AUTH_GITHUB_CLIENT_ID: 'x', AUTH_GITHUB_CLIENT_SECRET: 'y', AUTH_GITHUB_SIGN_OUT_AT_PROVIDER: 'true' },
        'AUTH_GITHUB_SIGN_OUT_AT_PROVIDER: expected false',
      ],
      [
        'of GitHub with an issuer',
        { AUTH_GITHUB_CLIENT_ID: 'x', AUTH_GITHUB_ISSUER: 'https://github.com' },
        'AUTH_GITHUB_ISSUER: expected nothing: GitHub has no such setting',
      ],
      [
        'with a key that is none',
        { AUTH_OKTA_CLIENT_ID: 'x', AUTH_OKTA_ISSUER: 'https://acme.okta.com', AUTH_OKTA_PRIVATE_KEY: 'hunter2' },
        'AUTH_OKTA_PRIVATE_KEY: expected a private key in PEM',
      ],
      [
        'with a method and no key',
        {
          AUTH_OKTA_CLIENT_ID: 'x',
          AUTH_OKTA_ISSUER: 'https://acme.okta.com',
          AUTH_OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt',
        },
        'AUTH_OKTA_PRIVATE_KEY: expected a private key in PEM',
      ],
      [
        'with a key and a secret',
        {
          AUTH_OKTA_CLIENT_ID: 'x',
          AUTH_OKTA_ISSUER: 'https://acme.okta.com',
          AUTH_OKTA_PRIVATE_KEY: 'k',
          AUTH_OKTA_CLIENT_SECRET: 's',
        },
        'AUTH_OKTA_CLIENT_SECRET: expected nothing, since the client proves itself by its private key',
      ],
      [
        'with claims of other names, but for a custom one',
        { AUTH_GOOGLE_CLIENT_ID: 'x', AUTH_GOOGLE_CLAIM_EMAIL: 'upn' },
        'AUTH_GOOGLE_CLAIM_EMAIL: expected a name that Gatehouse knows',
      ],
      ['without a client', { AUTH_GOOGLE_CLIENT_SECRET: 'x' }, 'AUTH_GOOGLE_CLIENT_ID: expected'],
      [
        'over plain http',
        { AUTH_CUSTOM_CLIENT_ID: 'x', AUTH_CUSTOM_ISSUER: 'http://login.example.com' },
        'AUTH_CUSTOM_ISSUER: expected a public https address, or one of a host that OUTBOUND_ALLOWED_HOSTS lists',
      ],
      [
        'at a private address',
        { AUTH_CUSTOM_CLIENT_ID: 'x', AUTH_CUSTOM_ISSUER: 'https://10.0.0.1' },
        'AUTH_CUSTOM_ISSUER: expected a public https address',
      ],
      [
        'with a method and no secret',
        { AUTH_GOOGLE_CLIENT_ID: 'x', AUTH_GOOGLE_CLIENT_AUTH_METHOD: 'client_secret_post' },
        'AUTH_GOOGLE_CLIENT_SECRET: expected a secret',
      ],
      [
        'with a secret and no method',
        { AUTH_GOOGLE_CLIENT_ID: 'x', AUTH_GOOGLE_CLIENT_SECRET: 'y', AUTH_GOOGLE_CLIENT_AUTH_METHOD: 'none' },
        'AUTH_GOOGLE_CLIENT_AUTH_METHOD: expected client_secret_basic or client_secret_post',
      ],
      [
        'with domains that are none',
        { AUTH_GOOGLE_CLIENT_ID: 'x', AUTH_GOOGLE_ALLOWED_DOMAINS: 'https://acme.test' },
        'AUTH_GOOGLE_ALLOWED_DOMAINS: expected a list of domains',
      ],
      [
        'with an enforced domain that is none',
        { AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: 'acme.test,*@beta.test' },
        'AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: expected a comma-separated list of domains',
      ],
    ];
    it.each(mistakes)('%s', async (_name, environment, message) => {
      await expect(startTestApp(environment)).rejects.toThrow(message);
    });

    it('without PKCE and without a secret', async () => {
      const provider = { name: 'Open', key: 'open', issuer_url: hostile.issuer, client_id: 'x', pkce: false };
      await expect(startWith({ auth: { oidc: { providers: [provider] } } })).rejects.toThrow(
        'auth.oidc.providers, open: pkce: expected true: without a client secret nothing else protects the code',
      );
    });
  });

  it('are read under secrets. too, and know the issuers that need not be told', async () => {
    const document = {
      secrets: {
        auth: { oidc: { providers: [{ name: 'Partner', key: 'partner', issuer_url: hostile.issuer, ...yaml }] } },
      },
    };
    const other = await startWith(document, {
      AUTH_GOOGLE_CLIENT_ID: 'x',
      AUTH_AZURE_AD_CLIENT_ID: 'x',
      AUTH_AZURE_AD_TENANT_ID: '72f988bf-86f1-41af-91ab-2d7cd011db47',
      AUTH_COGNITO_CLIENT_ID: 'x',
      AUTH_COGNITO_TENANT_ID: 'eu-west-1_AbCdEfGhI',
    });
    const { providers } = (await other.browser().get('/api/auth/providers')).json<{ providers: { key: string }[] }>();
    expect(providers.map(({ key }) => key)).toEqual(['google', 'azure-ad', 'cognito', 'partner']);
    await other.stop();
  });
});
