import { describe, expect, it } from '@jest/globals';
import { complaintOf, configFolder } from '../../../test/support/config-folder.js';

const { file, load, loadYaml } = configFolder();

describe('providers', () => {
  const google = { AUTH_GOOGLE_CLIENT_ID: 'google-client', AUTH_GOOGLE_CLIENT_SECRET: 'hunter2' };
  const yaml = `auth:
  oidc:
    providers: [{ name: Corporate, key: corporate, issuer_url: "https://id.test/", client_id: c }]
secrets:
  auth:
    oidc:
      providers: [{ name: Partner, key: partner, issuer_url: "https://partner.test", client_id: d, client_secret: hunter3,
        scopes: [openid, groups], pkce: false, allow_sign_up: true, allowed_domains: [Partner.Test], require_email_verified: false }]
`;

  it('of the environment are named by their vendor, those of YAML by their key; what is not said is the default', () => {
    const { providers } = loadYaml(yaml, {
      ...google,
      AUTH_AZURE_AD_CLIENT_ID: 'a',
      AUTH_AZURE_AD_TENANT_ID: 't',
      AUTH_AZURE_AD_ALLOW_SIGN_UP: 'false',
      AUTH_AZURE_AD_ALLOW_ACCOUNT_LINKING: 'true',
      AUTH_AZURE_AD_ALLOWED_DOMAINS: ' A.test, b.test,',
      AUTH_AZURE_AD_SCOPE: 'openid  email,groups',
      AUTH_AZURE_AD_CLIENT_AUTH_METHOD: 'client_secret_post',
    });
    const usual = {
      pkce: true,
      allowSignUp: true,
      allowedDomains: [],
      requireEmailVerified: true,
      allowAccountLinking: null,
    };
    expect(providers).toEqual([
      expect.objectContaining({
        ...usual,
        key: 'google',
        vendor: 'GOOGLE',
        from: 'environment',
        clientId: 'google-client',
        scopes: null,
        signOutAtProvider: false,
      }),
      expect.objectContaining({
        ...usual,
        key: 'azure-ad',
        tenantId: 't',
        clientSecret: null,
        clientAuthMethod: 'client_secret_post',
        scopes: ['openid', 'email', 'groups'],
        allowSignUp: false,
        allowAccountLinking: true,
        allowedDomains: ['a.test', 'b.test'],
      }),
      expect.objectContaining({
        ...usual,
        key: 'corporate',
        vendor: 'CUSTOM',
        from: 'yaml',
        issuer: 'https://id.test/',
        clientSecret: null,
        allowSignUp: false,
      }),
      expect.objectContaining({
        key: 'partner',
        pkce: false,
        allowSignUp: true,
        allowedDomains: ['partner.test'],
        requireEmailVerified: false,
        allowAccountLinking: null,
        scopes: ['openid', 'groups'],
      }),
    ]);
    expect(providers.map(({ clientSecret }) => clientSecret?.reveal())).toEqual([
      'hunter2',
      undefined,
      undefined,
      'hunter3',
    ]);
  });

  it('of YAML may be of any vendor, and say all that the environment can', () => {
    const provider = `{ name: Staff, key: staff, vendor: azure-ad, tenant_id: organizations, base_url: "https://b.test",
      client_id: c, private_key: pem, private_key_id: k, client_auth_method: private_key_jwt, sign_out_at_provider: true,
      claims: { email: upn, name: cn, email_verified: ok } }`;
    const [staff] = loadYaml(`auth: { oidc: { providers: [${provider}] } }`).providers;
    expect(staff).toMatchObject({
      vendor: 'AZURE_AD',
      issuer: null,
      tenantId: 'organizations',
      baseUrl: 'https://b.test',
      privateKeyId: 'k',
      clientAuthMethod: 'private_key_jwt',
      signOutAtProvider: true,
      claims: { email: 'upn', name: 'cn', emailVerified: 'ok' },
      scopes: null,
    });
    expect(staff?.privateKey?.reveal()).toBe('pem');
    const [custom] = load({
      AUTH_CUSTOM_CLIENT_ID: 'c',
      AUTH_CUSTOM_BASE_URL: 'https://b.test',
      AUTH_CUSTOM_PRIVATE_KEY_FILE: file('key', 'pem\n'),
      AUTH_CUSTOM_PRIVATE_KEY_ID: 'k',
      AUTH_CUSTOM_CLAIM_EMAIL: 'upn',
      AUTH_CUSTOM_CLAIM_NAME: 'cn',
      AUTH_CUSTOM_CLAIM_EMAIL_VERIFIED: 'ok',
      AUTH_CUSTOM_SIGN_OUT_AT_PROVIDER: 'true',
    }).providers;
    const { baseUrl, privateKeyId, signOutAtProvider, claims } = staff!;
    expect(custom).toMatchObject({ vendor: 'CUSTOM', baseUrl, privateKeyId, signOutAtProvider, claims });
    expect(custom?.privateKey?.reveal()).toBe('pem');
  });

  it('may have their secret in a file', () => {
    const { providers } = load({ AUTH_OKTA_CLIENT_ID: 'o', AUTH_OKTA_CLIENT_SECRET_FILE: file('okta', 'hunter4\n') });
    expect(providers[0]?.clientSecret?.reveal()).toBe('hunter4');
  });

  it.each<[Record<string, string>, string]>([
    [{ AUTH_GOOGLE_CLIENT_SECRET: 'hunter2' }, 'AUTH_GOOGLE_CLIENT_ID: expected the id of the client at the provider'],
    [
      { ...google, AUTH_GOOGLE_ISSUER: 'google' },
      'AUTH_GOOGLE_ISSUER: expected a URL that begins with http:// or https://',
    ],
    [{ ...google, AUTH_GOOGLE_ALLOW_SIGN_UP: 'sure' }, 'AUTH_GOOGLE_ALLOW_SIGN_UP: expected true or false'],
    [
      { ...google, AUTH_GOOGLE_CLIENT_AUTH_METHOD: 'magic' },
      'AUTH_GOOGLE_CLIENT_AUTH_METHOD: expected one of "client_secret_basic"|"client_secret_post"|"private_key_jwt"|"none"',
    ],
    [
      { ...google, AUTH_GOOGLE_ISUER: 'x' },
      'AUTH_GOOGLE_ISUER: expected a name that Gatehouse knows; docs/configuration.md lists them',
    ],
  ])('that are wrong stop the start: %j', (environment, line) => {
    expect(complaintOf(() => load(environment))).toBe(line);
  });

  it('have a key each', () => {
    expect(complaintOf(() => loadYaml(yaml.replace('key: partner', 'key: google'), google))).toBe(
      'provider google: expected a key that no other provider has',
    );
  });
});

describe('what YAML alone can say of new people', () => {
  it('is read from auth, and from secrets.auth where auth says nothing', () => {
    const yaml = (auth: string) =>
      `${auth}\nsecrets: { auth: { default_team: below, default_role: member, admins: [eve@acme.test] } }`;
    expect(loadYaml(yaml(''))).toMatchObject({
      defaultTeam: 'below',
      defaultRole: 'MEMBER',
      admins: ['eve@acme.test'],
    });
    expect(
      loadYaml(yaml('auth: { default_team: above, default_role: Read-Only, admins: [" Ada@BÜCHER.de. "] }')),
    ).toMatchObject({
      defaultTeam: 'above',
      defaultRole: 'VIEWER',
      admins: ['ada@xn--bcher-kva.de'],
    });
  });
});

describe('permissions of the application', () => {
  const yaml = (name: string, level = 'project') =>
    `permissions: [{ name: ${name}, level: ${level}, from: MEMBER, description: Run evaluations }]`;

  it('are read from YAML', () => {
    expect(loadYaml(yaml('evaluations.run')).permissions).toEqual([
      { name: 'evaluations.run', level: 'project', from: 'MEMBER', describe: 'Run evaluations' },
    ]);
  });

  it.each([
    [yaml('run'), 'a name such as evaluations.run'],
    [yaml('evaluations.run', 'team'), '"organization"|"project"|"both"'],
    ['permissions: [{ name: evaluations.run, level: project, from: NONE, description: x }]', '"VIEWER"|"MEMBER"'],
  ])('that are wrong stop the start: %s', (text, expected) => {
    expect(complaintOf(() => loadYaml(text))).toContain(expected);
  });
});
