import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { accountsLike } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { makeKeyRing, type KeyRing } from '../support/servers/hostile-tokens.js';
import { startGithub, type GithubStandIn } from '../support/servers/vendors/github-stand-in.js';
import {
  entraForAll,
  entraTenant,
  vendorDifferences,
  type OidcStandIn,
} from '../support/servers/vendors/vendor-differences.js';
import { startVendor, type VendorStandIn } from '../support/servers/vendors/vendor-stand-in.js';
import { attemptSignIn, beginSignIn, comeBack, expectRefused, whoIs } from '../support/sso.js';

const dashed = (vendor: string) => vendor.toLowerCase().replaceAll('_', '-');
const oidcVendors = Object.keys(vendorDifferences) as OidcStandIn[];

/** What an operator sets to say where each vendor stands, in the vendor's own terms where it has any. */
const addressOf: Readonly<Record<OidcStandIn, (standIn: VendorStandIn) => Record<string, string>>> = {
  GOOGLE: ({ issuer }) => ({ ISSUER: issuer }),
  GITLAB: ({ origin }) => ({ BASE_URL: `${origin}/` }),
  AZURE_AD: ({ issuer }) => ({ ISSUER: issuer }),
  OKTA: ({ issuer }) => ({ ISSUER: issuer }),
  AUTH0: ({ origin }) => ({ BASE_URL: origin }),
  // OneLogin has no word on whether an email is verified.
  ONELOGIN: ({ origin }) => ({ BASE_URL: origin, REQUIRE_EMAIL_VERIFIED: 'false' }),
  COGNITO: ({ issuer }) => ({ ISSUER: issuer }),
  KEYCLOAK: ({ origin }) => ({ BASE_URL: origin, TENANT_ID: 'acme' }),
  AUTHENTIK: ({ origin }) => ({ BASE_URL: origin, TENANT_ID: 'gatehouse' }),
  JUMPCLOUD: ({ issuer }) => ({ ISSUER: issuer }),
  WORKOS: ({ issuer }) => ({ ISSUER: issuer }),
  CLICKHOUSE_CLOUD: ({ issuer }) => ({ ISSUER: issuer }),
  CUSTOM: ({ issuer }) => ({
    ISSUER: issuer,
    CLAIM_EMAIL: 'mail',
    CLAIM_NAME: 'cn',
    CLAIM_EMAIL_VERIFIED: 'mail_confirmed',
  }),
};

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('the providers of the instance, side by side', () => {
  let app: TestApp;
  let ring: KeyRing;
  let github: GithubStandIn;
  let entra: VendorStandIn;
  let keyed: VendorStandIn;
  let open: VendorStandIn;
  let directory: string;
  const standIns = {} as Record<OidcStandIn, VendorStandIn>;

  beforeAll(async () => {
    [ring, directory] = await Promise.all([makeKeyRing(), mkdtemp(path.join(tmpdir(), 'gatehouse-vendors-'))]);
    const start = (name: string, differs = vendorDifferences[name as OidcStandIn], client: object = {}) =>
      startVendor(differs, { clientId: `client-of-${name}`, clientSecret: `secret of ${name}/%`, ...client }, ring);
    for (const vendor of oidcVendors) standIns[vendor] = await start(dashed(vendor), vendorDifferences[vendor]);
    const keys = { keys: [{ ...(await exportJWK(key.publicKey)), alg: 'RS256', kid: 'key-1' }] };
    entra = await start('any-directory', entraForAll, { clientSecret: null, keys });
    keyed = await start('keyed', vendorDifferences.OKTA, { clientSecret: null, keys });
    open = await start('public', vendorDifferences.JUMPCLOUD, { clientSecret: null });
    github = await startGithub({ clientId: 'client-of-github', clientSecret: 'secret of github' });

    const environment = oidcVendors.flatMap((vendor) => {
      const { client } = standIns[vendor];
      const fields = {
        CLIENT_ID: client.clientId,
        CLIENT_SECRET: client.clientSecret!,
        ...addressOf[vendor](standIns[vendor]),
      };
      return Object.entries(fields).map(([field, value]) => [`AUTH_${vendor}_${field}`, value]);
    });
    const file = path.join(directory, 'gatehouse.yaml');
    const yaml = (name: string, vendor: string, { issuer, client }: VendorStandIn, more: object = {}) => ({
      name: `The ${name}`,
      key: name,
      vendor,
      issuer_url: issuer,
      client_id: client.clientId,
      allow_sign_up: true,
      ...more,
    });
    const providers = [
      yaml('any-directory', 'azure-ad', entra, { private_key: pem, private_key_id: 'thumbprint' }),
      yaml('keyed', 'okta', keyed, { private_key: pem, private_key_id: 'key-1' }),
      yaml('public', 'jumpcloud', open),
      yaml('workspace', 'google', standIns.GOOGLE, {
        client_secret: standIns.GOOGLE.client.clientSecret,
        allowed_domains: ['acme.test'],
      }),
      yaml('workspaces', 'google', standIns.GOOGLE, {
        client_secret: standIns.GOOGLE.client.clientSecret,
        allowed_domains: ['acme.test', 'acme.example'],
      }),
    ];
    await writeFile(file, stringify({ secrets: { auth: { oidc: { providers } } } }));
    app = await startTestApp({
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      CONFIG_FILE: file,
      ...(Object.fromEntries(environment) as Record<string, string>),
      AUTH_GITHUB_CLIENT_ID: github.client.clientId,
      AUTH_GITHUB_CLIENT_SECRET: github.client.clientSecret!,
      AUTH_GITHUB_BASE_URL: github.origin,
      AUTH_GITHUB_ENTERPRISE_CLIENT_ID: github.client.clientId,
      AUTH_GITHUB_ENTERPRISE_CLIENT_SECRET: github.client.clientSecret!,
      AUTH_GITHUB_ENTERPRISE_BASE_URL: `${github.origin}/`,
      AUTH_GITHUB_ENTERPRISE_SCOPE: 'read:org',
    });
  });
  afterEach(() => {
    github.reset();
    for (const standIn of [...Object.values(standIns), entra, keyed, open]) {
      standIn.bendIdToken({});
      standIn.become('up');
    }
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([...Object.values(standIns), entra, keyed, open, github].map((standIn) => standIn.stop()));
    await rm(directory, { recursive: true });
  });

  const person = (name: string) => ({ sub: `sub-${name}`, email: `${name}@acme.test`, name: `The ${name}` });

  describe('sign people in as each of them does it', () => {
    it.each(oidcVendors)('%s', async (vendor) => {
      const who = person(dashed(vendor));
      const { browser, trail } = await attemptSignIn(app, standIns[vendor], dashed(vendor), who);
      expect(await whoIs(browser)).toBe(who.email);
      expect(trail.at(-1)).toMatchObject({
        action: 'signIn.succeeded',
        after: { method: 'oidc', connection: dashed(vendor) },
      });
      expect(await accountsLike(app, who.email)).toEqual([
        expect.objectContaining({
          verified: vendor !== 'ONELOGIN',
          identities: [`provider:${dashed(vendor)} ${who.sub}`],
        }),
      ]);
      const { user } = (await browser.get('/api/auth/session')).json<{ user: { name: string } }>();
      expect(user.name).toBe(who.name);
    });

    it.each(['github', 'github-enterprise'])('%s, by OAuth 2', async (name) => {
      const emails = [
        { email: 'old@elsewhere.test', primary: false, verified: true, visibility: null },
        { email: `${name}@acme.test`, primary: true, verified: true, visibility: 'public' },
        { email: 'new@elsewhere.test', primary: false, verified: false, visibility: null },
      ];
      const who = { id: 9007199254740991, login: name, name: null, emails };
      const { browser, trail } = await attemptSignIn(app, github, name, who);
      expect(await whoIs(browser)).toBe(`${name}@acme.test`);
      expect(trail.at(-1)).toMatchObject({ action: 'signIn.succeeded', after: { method: 'oauth2', connection: name } });
      expect(await accountsLike(app, `${name}@acme.test`)).toEqual([
        expect.objectContaining({ verified: true, identities: [`provider:${name} 9007199254740991`] }),
      ]);
      const session = (await browser.get('/api/auth/session')).json<object>();
      expect(session).toMatchObject({ user: { name }, session: { method: 'oauth2', connection: name } });
      const [token] = github.requests.filter(({ path }) => path === '/login/oauth/access_token');
      expect(Object.keys(Object.fromEntries(new URLSearchParams(token?.body)))).toContain('code_verifier');
    });
  });

  describe('tell what went wrong when they refuse us', () => {
    /** A callback whose code the provider will not take. */
    const comeBackTo = async (name: string, standIn: VendorStandIn | GithubStandIn, code?: string) => {
      const browser = app.browser();
      const back = new URL(await standIn.authorize(await beginSignIn(browser, name)));
      if (code !== undefined) back.searchParams.set('code', code);
      return { browser, ...(await comeBack(app, browser, back.href)) };
    };
    const expectTold = ({ answer, trail, browser }: Awaited<ReturnType<typeof comeBackTo>>, detail: unknown) => {
      const error = new URL(answer.location!).searchParams;
      const method = trail[0]?.after?.method === 'oauth2' ? 'oauth2' : 'oidc';
      return expectRefused({ browser, answer, trail, error }, { reason: 'CODE_REFUSED', detail, method });
    };

    it.each(oidcVendors)('%s, whose code is used up', async (vendor) => {
      const { code } = vendorDifferences[vendor].refusals;
      await expectTold(await comeBackTo(dashed(vendor), standIns[vendor], 'used-up'), code.body.error);
    });

    it.each(oidcVendors)('%s, where our client is gone', async (vendor) => {
      const { client } = vendorDifferences[vendor].refusals;
      standIns[vendor].become('forgetful');
      await expectTold(await comeBackTo(dashed(vendor), standIns[vendor]), client.body.error);
    });

    it('GitHub, which says so with 200', async () => {
      await expectTold(await comeBackTo('github', github, 'used-up'), 'bad_verification_code');
    });
  });

  describe('are shown who we are', () => {
    /** The client assertion that a stand-in got last (RFC 7523). */
    const assertionTo = ({ requests }: VendorStandIn) => {
      const form = new URLSearchParams(requests.findLast(({ path }) => path.endsWith('/token'))?.body);
      expect(form.has('client_secret')).toBe(false);
      const parts = form.get('client_assertion')?.split('.').slice(0, 2) ?? [];
      const [header, payload] = parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
      return { header, payload };
    };

    it('by a key, for the token endpoint, where that is what they want', async () => {
      const { browser } = await attemptSignIn(app, keyed, 'keyed', person('keyed'));
      expect(await whoIs(browser)).toBe('keyed@acme.test');
      const { header, payload } = assertionTo(keyed);
      expect(header).toEqual({ alg: 'RS256', kid: 'key-1' });
      expect(payload).toMatchObject({
        iss: 'client-of-keyed',
        sub: 'client-of-keyed',
        aud: `${keyed.origin}/oauth2/default/v1/token`,
      });
    });

    it('by a certificate’s thumbprint at Entra ID', async () => {
      const { browser } = await attemptSignIn(app, entra, 'any-directory', person('certified'));
      expect(await whoIs(browser)).toBe('certified@acme.test');
      expect(assertionTo(entra).header).toEqual({ alg: 'RS256', 'x5t#S256': 'thumbprint' });
    });

    it('by PKCE alone, as a public client', async () => {
      const { browser } = await attemptSignIn(app, open, 'public', person('public'));
      expect(await whoIs(browser)).toBe('public@acme.test');
      const form = new URLSearchParams(open.requests.findLast(({ path }) => path === '/oauth2/token')?.body);
      expect([...form.keys()].sort()).toEqual(['client_id', 'code', 'code_verifier', 'grant_type', 'redirect_uri']);
    });

    it('by the scopes that are set, with the one without which nothing goes', async () => {
      const asked = async (name: string) => new URL(await beginSignIn(app.browser(), name)).searchParams.get('scope');
      expect(await asked('github')).toBe('user:email read:user');
      expect(await asked('github-enterprise')).toBe('user:email read:org');
      expect(await asked('okta')).toBe('openid email profile');
    });
  });

  describe('Entra ID for any directory', () => {
    const other = '11111111-2222-4333-8444-555555555555';
    const through = (who: object, claims: object = {}) => {
      entra.bendIdToken({ claims });
      return attemptSignIn(app, entra, 'any-directory', who);
    };

    it('knows a person by their own directory’s issuer', async () => {
      const who = person('dora');
      expect(await whoIs((await through(who)).browser)).toBe(who.email);
      const { rows } = await app.database.query(
        `select i.issuer from identities i join users u on u.id = i.user_id where u.email = $1`,
        [who.email],
      );
      expect(rows).toEqual([{ issuer: `${entra.origin}/${entraTenant}/v2.0` }]);
    });

    it('signs in the people of another directory as others, with the same subject too', async () => {
      const who = { ...person('erin'), email: 'erin@other.test' };
      await through(person('erin'));
      const { browser } = await through(who, { iss: `${entra.origin}/${other}/v2.0`, tid: other });
      expect(await whoIs(browser)).toBe('erin@other.test');
    });

    const forged: [string, object][] = [
      ['an issuer of another directory than the token’s own', { iss: `{origin}/${other}/v2.0` }],
      ['a directory of another issuer', { tid: other }],
      ['no directory', { tid: null }],
      ['a directory that is a path', { tid: `${entraTenant}/../x`, iss: `{origin}/${entraTenant}/../x/v2.0` }],
      ['the pattern itself', { tid: '{tenantid}', iss: '{origin}/{tenantid}/v2.0' }],
      ['the name for all', { tid: 'common', iss: '{origin}/common/v2.0' }],
    ];
    it.each(forged)('refuses a token with %s', async (_name, claims) => {
      const bent = JSON.parse(JSON.stringify(claims).replaceAll('{origin}', entra.origin)) as object;
      const attempt = await through(person('forged'), bent);
      await expectRefused(attempt, { reason: 'ID_TOKEN_INVALID' });
    });

    it('refuses a token that it has not signed, whatever directory that names', async () => {
      entra.bendIdToken({ signature: 'unpublished key' });
      await expectRefused(await attemptSignIn(app, entra, 'any-directory', person('forged')), {
        reason: 'ID_TOKEN_SIGNATURE',
      });
    });
  });

  describe('Google Workspace', () => {
    const hdAt = async (name: string) => new URL(await beginSignIn(app.browser(), name)).searchParams.get('hd');

    it('is asked for the accounts of the one domain, of any where there are several, and of nothing without', async () => {
      expect([await hdAt('workspace'), await hdAt('workspaces'), await hdAt('google')]).toEqual([
        'acme.test',
        '*',
        null,
      ]);
    });

    it('signs in an account that the company manages', async () => {
      const { browser } = await attemptSignIn(app, standIns.GOOGLE, 'workspace', person('managed'));
      expect(await whoIs(browser)).toBe('managed@acme.test');
    });

    it.each([
      ['that somebody made for themselves with the company’s address', null, 'hd is missing'],
      ['that another company manages', 'rival.test', 'hd is another'],
      ['of a subdomain', 'sub.acme.test', 'hd is another'],
    ])('refuses an account %s', async (_name, hd, detail) => {
      standIns.GOOGLE.bendIdToken(hd === null ? { without: ['hd'] } : { claims: { hd } });
      const attempt = await attemptSignIn(app, standIns.GOOGLE, 'workspace', person('impostor'));
      await expectRefused(attempt, { reason: 'HOSTED_DOMAIN', code: 'HOSTED_DOMAIN', detail });
      expect((await attempt.browser.get(attempt.answer.location!)).text).toMatch('That account is not of the company');
    });
  });

  it('believe "true" as text of Cognito, in the ID token too, and of nobody else', async () => {
    standIns.COGNITO.bendIdToken({ claims: { email: 'text@acme.test', email_verified: 'true' } });
    const { browser } = await attemptSignIn(app, standIns.COGNITO, 'cognito', person('text'));
    expect(await whoIs(browser)).toBe('text@acme.test');
    for (const email_verified of ['false', 'TRUE', '1', 1]) {
      standIns.COGNITO.bendIdToken({ claims: { email: 'text2@acme.test', email_verified } });
      await expectRefused(await attemptSignIn(app, standIns.COGNITO, 'cognito', person('text2')), {
        reason: 'EMAIL_NOT_VERIFIED',
        code: 'EMAIL_NOT_VERIFIED',
      });
    }
  });

  describe('where one of them is down', () => {
    it('keep the page, and each other, as quick as ever, and say what happened', async () => {
      const mona = app.browser();
      const back = await github.authorize(await beginSignIn(mona, 'github'));
      standIns.OKTA.become('silent');
      github.become('silent');
      const begun = Date.now();
      const waiting = attemptSignIn(app, standIns.OKTA, 'okta', person('late'));
      const waitingToo = mona.get(back);
      const page = await app.browser().get('/sign-in');
      expect(page.text).toMatch('Okta');
      const { browser } = await attemptSignIn(app, standIns.AUTH0, 'auth0', person('quick'));
      expect(await whoIs(browser)).toBe('quick@acme.test');
      expect(Date.now() - begun).toBeLessThan(3_000);
      const [late, later] = await Promise.all([waiting, waitingToo]);
      expect(Date.now() - begun).toBeLessThan(5_500);
      await expectRefused(late, { reason: 'ISSUER_UNREACHABLE', code: 'ISSUER_UNREACHABLE' });
      expect(new URL(later.location!).searchParams.get('code')).toBe('ISSUER_UNREACHABLE');
      const told = await late.browser.get(late.answer.location!);
      expect(told.text).toMatch('The identity provider did not answer');
      expect(told.text).toMatch('tell the administrators');
      expect(told.text).toMatch(late.error.get('ref')!);
    });
  });
});
