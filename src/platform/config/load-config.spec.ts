import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { ConfigError } from './config-error.js';
import type { Config } from './config.js';
import { loadConfig } from './load-config.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A file in the directory of this test. @returns its path */
function file(name: string, content: string): string {
  const where = path.join(directory, name);
  writeFileSync(where, content);
  return where;
}

const load = (environment: Readonly<Record<string, string>> = {}): Config =>
  loadConfig({ DATA_DIR: path.join(directory, 'data'), ...environment });

const loadYaml = (yaml: string, environment: Readonly<Record<string, string>> = {}): Config =>
  load({ CONFIG_FILE: file('config.yaml', yaml), ...environment });

/** The line that stops the start. */
function complaintOf(start: () => Config): string {
  try {
    start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('nothing stopped the start');
}

const longEnough = 'x'.repeat(32);

describe('where a setting comes from', () => {
  it('is the default, unless something says otherwise', () => {
    expect(load()).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      rootUrl: 'http://localhost:3000',
      isProduction: false,
      explorer: true,
      databaseUrl: null,
      adminApiKey: null,
      signUpDisabled: false,
      passwordDisabled: false,
      enforcedDomains: [],
      passwordMinLength: 12,
      sessionMaxAgeMinutes: 43_200,
      sessionIdleMinutes: 10_080,
      smtpUrl: null,
      defaultPlan: 'self-hosted',
      defaultOrganizationRole: 'VIEWER',
      defaultProjectRole: 'VIEWER',
      deletionGraceDays: 7,
      providers: [],
      defaultTeam: null,
      permissions: [],
      defaultRole: null,
      admins: [],
      init: { organization: null, project: null, user: null },
    });
  });

  it('is the YAML file before the default, the environment before YAML, and a file of its own before all', () => {
    const yaml = `admin_api_key: from-yaml-${longEnough}\nport: 4000\nhost: 0.0.0.0`;
    const read = (environment: Record<string, string>) => loadYaml(yaml, environment).adminApiKey?.reveal();
    const variable = { ADMIN_API_KEY: `from-environment-${longEnough}` };
    const secretFile = { ADMIN_API_KEY_FILE: file('key', `  from-file-${longEnough}\n`) };
    expect(read({})).toBe(`from-yaml-${longEnough}`);
    expect(read(variable)).toBe(`from-environment-${longEnough}`);
    expect(read({ ...variable, ...secretFile })).toBe(`from-file-${longEnough}`);
    expect(loadYaml(yaml, { PORT: '5000' })).toMatchObject({ port: 5000, host: '0.0.0.0' });
  });

  it('is as if nothing were said where a variable is empty', () => {
    const yaml = 'auth_disable_signup: true\nport: 4000';
    expect(loadYaml(yaml, { AUTH_DISABLE_SIGNUP: '', PORT: '', ROOT_URL: '', DATABASE_URL: '' })).toMatchObject({
      signUpDisabled: true,
      port: 4000,
      rootUrl: 'http://localhost:4000',
      databaseUrl: null,
    });
  });

  it('is YAML in its own types: numbers, booleans, lists', () => {
    expect(
      loadYaml(
        `auth_password_min_length: 15\nauth_disable_username_password: true\ndns_resolvers: [127.0.0.1:53, 192.0.2.1]\ntrust_proxy: 10.0.0.0/8`,
      ),
    ).toMatchObject({
      passwordMinLength: 15,
      passwordDisabled: true,
      dnsResolvers: ['127.0.0.1:53', '192.0.2.1'],
      trustProxy: ['10.0.0.0/8'],
    });
    expect(loadYaml('# nothing\n').port).toBe(3000);
  });

  it.each([
    [{ NEXTAUTH_URL: 'https://id.example.com/' }, { rootUrl: 'https://id.example.com' }],
    [{ LANGFUSE_DEFAULT_ORG_ROLE: 'MEMBER' }, { defaultOrganizationRole: 'MEMBER' }],
    [{ LANGFUSE_DEFAULT_PROJECT_ROLE: 'NONE' }, { defaultProjectRole: 'NONE' }],
    [
      { LANGFUSE_INIT_ORG_ID: 'acme', LANGFUSE_INIT_ORG_NAME: 'Acme' },
      { init: { organization: { id: 'acme', name: 'Acme' }, project: null, user: null } },
    ],
    [
      { NEXTAUTH_URL: 'https://other.example.com', ROOT_URL: 'https://id.example.com' },
      { rootUrl: 'https://id.example.com' },
    ],
    [{ NEXTAUTH_URL: 'https://id.example.com', ROOT_URL: '' }, { rootUrl: 'https://id.example.com' }],
  ])('may be another name that it answers to, though its own counts first: %j', (environment, expected) => {
    expect(load(environment)).toMatchObject(expected);
    const secret = load({ ...environment, NEXTAUTH_SECRET_FILE: file('secret', longEnough) }).sessionSecret;
    expect(secret.reveal()).toBe(longEnough);
  });

  it('never changes afterwards, and shows no secret when it is printed', () => {
    const config = load({
      ADMIN_API_KEY: `admin-${longEnough}`,
      SMTP_URL: 'smtp://user:hunter2@mail.test',
      AUTH_CUSTOM_CLIENT_ID: 'c',
      AUTH_CUSTOM_ISSUER: 'https://id.test',
      AUTH_CUSTOM_CLIENT_SECRET: 'hunter3',
      INIT_USER_EMAIL: 'ada@example.com',
      INIT_USER_PASSWORD: 'hunter4 hunter4',
    });
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    const printed = inspect(config, { depth: 9 }) + JSON.stringify(config);
    expect(printed).not.toMatch(/hunter|admin-x/);
    expect(printed).not.toContain(config.encryptionKey.reveal());
  });
});

describe('a setting that is wrong stops the start with one line', () => {
  const number = (least: number, most: number) => `a whole number from ${least} to ${most}`;
  const url = (...schemes: string[]) => `a URL that begins with ${schemes.join(' or ')}`;

  it.each<[Record<string, string>, string]>([
    [{ PORT: 'eighty' }, `PORT: expected ${number(0, 65_535)}`],
    [{ PORT: '65536' }, `PORT: expected ${number(0, 65_535)}`],
    [{ PORT: '80.5' }, `PORT: expected ${number(0, 65_535)}`],
    [{ DELETION_GRACE_DAYS: '366' }, `DELETION_GRACE_DAYS: expected ${number(0, 365)}`],
    [{ AUTH_PASSWORD_MIN_LENGTH: '7' }, `AUTH_PASSWORD_MIN_LENGTH: expected ${number(8, 64)}`],
    [{ AUTH_SESSION_MAX_AGE: '-1' }, `AUTH_SESSION_MAX_AGE: expected ${number(1, 525_600)}`],
    [{ AUTH_DISABLE_SIGNUP: 'yes' }, 'AUTH_DISABLE_SIGNUP: expected true or false'],
    [{ ROOT_URL: 'id.example.com' }, `ROOT_URL: expected ${url('http://', 'https://')}`],
    [{ NEXTAUTH_URL: 'ftp://id.example.com' }, `NEXTAUTH_URL: expected ${url('http://', 'https://')}`],
    [{ ROOT_URL: 'https://u:pw@id.test' }, 'ROOT_URL: expected a URL without query, fragment and user name'],
    [{ ROOT_URL: 'https://id.test/?a=b' }, 'ROOT_URL: expected a URL without query, fragment and user name'],
    [{ DATABASE_URL: 'mysql://u:hunter2@h/d' }, `DATABASE_URL: expected ${url('postgres://')}`],
    [{ SMTP_URL: 'http://u:hunter2@h' }, `SMTP_URL: expected ${url('smtp://', 'smtps://')}`],
    [{ ENCRYPTION_KEY: 'hunter2'.repeat(9) }, 'ENCRYPTION_KEY: expected 64 hexadecimal digits'],
    [{ SESSION_SECRET: 'hunter2' }, 'SESSION_SECRET: expected at least 32 characters'],
    [{ NEXTAUTH_SECRET: 'hunter2' }, 'NEXTAUTH_SECRET: expected at least 32 characters'],
    [{ ADMIN_API_KEY: 'hunter2' }, 'ADMIN_API_KEY: expected at least 32 characters'],
    [
      { TRUST_PROXY: '10.0.0.0/8, proxy' },
      'TRUST_PROXY: expected a list of IP addresses and networks, such as 10.0.0.0/8',
    ],
    [{ TRUST_PROXY: '1' }, 'TRUST_PROXY: expected a list of IP addresses and networks, such as 10.0.0.0/8'],
    [{ DNS_RESOLVERS: 'udp://1.1.1.1' }, 'DNS_RESOLVERS: expected a list of host or host:port'],
    [{ OUTBOUND_ALLOWED_HOSTS: 'http://id.test' }, 'OUTBOUND_ALLOWED_HOSTS: expected a list of host or host:port'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"silent"'],
    [
      { DEFAULT_ORGANIZATION_ROLE: 'BOSS' },
      'DEFAULT_ORGANIZATION_ROLE: expected one of "OWNER"|"ADMIN"|"MEMBER"|"VIEWER"|"NONE"',
    ],
    [
      { DEFAULT_PLAN: 'gold' },
      'DEFAULT_PLAN: expected one of "hobby"|"core"|"pro"|"pro+teams"|"enterprise"|"self-hosted"',
    ],
    [{ INIT_USER_EMAIL: 'ada' }, 'INIT_USER_EMAIL: expected an email address'],
    [{ INIT_ORG_ID: 'instance' }, 'INIT_ORG_ID: expected an id other than instance'],
    [
      { INIT_ORG_ID: 'my org' },
      'INIT_ORG_ID: expected 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first',
    ],
    [{ INIT_ORG_ID: 'o', INIT_ORG_NAME: 'x'.repeat(121) }, 'INIT_ORG_NAME: expected 1 to 120 characters'],
    [
      { INIT_USER_EMAIL: 'a@b.test', INIT_USER_PASSWORD: 'hunter2' },
      'INIT_USER_PASSWORD: expected 8 to 1000 characters',
    ],
    [
      { AUTH_DISABLE_SINGUP: 'true' },
      'AUTH_DISABLE_SINGUP: expected a name that Gatehouse knows; docs/configuration.md lists them',
    ],
    [
      { AUTH_GOGLE_CLIENT_ID: 'c' },
      'AUTH_GOGLE_CLIENT_ID: expected a name that Gatehouse knows; docs/configuration.md lists them',
    ],
    [
      { INIT_USER_MAIL: 'a@b.test' },
      'INIT_USER_MAIL: expected a name that Gatehouse knows; docs/configuration.md lists them',
    ],
    [{ CONFIG_FILE: '/no/such/hunter2.yaml' }, 'CONFIG_FILE: expected the path of a file that can be read'],
    [{ ADMIN_API_KEY_FILE: 'hunter2' }, 'ADMIN_API_KEY_FILE: expected the path of a file that can be read'],
  ])('%j', (environment, line) => {
    expect(complaintOf(() => load(environment))).toBe(line);
    expect(line).not.toContain('hunter2');
  });

  it('that names an empty file of a secret, rather than do without the secret', () => {
    expect(complaintOf(() => load({ ADMIN_API_KEY_FILE: file('empty', '\n') }))).toBe(
      'ADMIN_API_KEY_FILE: expected the path of a file that holds a value',
    );
  });

  it('that does not quote a YAML file that cannot be read, which may hold secrets', () => {
    for (const yaml of ['a: [1,\nsession_secret: hunter2', 'a: 1\na: hunter2', 'a: *hunter2']) {
      expect(complaintOf(() => loadYaml(yaml))).toMatch(
        /^CONFIG_FILE: expected a YAML file, but line [12] of it is none$/,
      );
    }
  });

  it.each([
    ['- port', 'a map of settings'],
    ['auth: { oidc: { provider: [] } }', 'a known setting instead of provider at auth.oidc'],
    ['auth: { default_team: 7 }', 'string, received number at auth.default_team'],
    ['auth: { admins: [ada] }', 'an email address at auth.admins.0'],
    ['secrets: { smtp: hunter2 }', 'a known setting instead of smtp at secrets'],
    [
      'auth: { oidc: { providers: [{ name: n, key: A b, issuer_url: "https://id.test", client_id: c, client_secret: hunter2 }] } }',
      'lower-case letters, digits and dashes at auth.oidc.providers.0.key',
    ],
    [
      'auth: { oidc: { providers: [{ name: n, key: k, issuer_url: id.test, client_id: c, client_secret: hunter2 }] } }',
      'a URL that begins with http:// or https:// at auth.oidc.providers.0.issuer_url',
    ],
    [
      'secrets: { auth: { oidc: { providers: [{ name: n, key: k, issuer_url: "https://id.test", client_id: c, pkce: "off" }] } } }',
      'boolean, received string at secrets.auth.oidc.providers.0.pkce',
    ],
  ])('that names the YAML file and the place in it: %s', (yaml, expected) => {
    expect(complaintOf(() => loadYaml(yaml))).toBe(`${path.join(directory, 'config.yaml')}: expected ${expected}`);
  });

  it('for an unknown name at the top of the YAML file', () => {
    expect(complaintOf(() => loadYaml('prot: 80'))).toBe(
      `prot in ${path.join(directory, 'config.yaml')}: expected a known setting`,
    );
    expect(complaintOf(() => loadYaml('auth_password_min_length: 7'))).toMatch(/^AUTH_PASSWORD_MIN_LENGTH: /);
  });

  it('for a role that is none', () => {
    for (const role of ['boss', 'constructor', 'toString']) {
      expect(complaintOf(() => loadYaml(`auth: { default_role: ${role} }`))).toBe(
        'auth.default_role: expected one of owner, admin, member, viewer, read-only, none',
      );
    }
  });
});

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

describe('INIT_…', () => {
  const user = { INIT_USER_EMAIL: 'Ada@Example.COM', INIT_USER_PASSWORD: 'correct horse' };

  it('names what the first start makes, by id where no name is given', () => {
    expect(load({ INIT_ORG_ID: 'acme', INIT_PROJECT_ID: 'chat', ...user }).init).toEqual({
      organization: { id: 'acme', name: 'acme' },
      project: { id: 'chat', name: 'chat', keyPair: null },
      user: { email: 'ada@example.com', name: 'ada@example.com', password: expect.anything() },
    });
    const named = { INIT_ORG_NAME: 'Acme', INIT_PROJECT_NAME: 'Chat', INIT_USER_NAME: 'Ada' };
    const { init } = load({ INIT_ORG_ID: 'acme', INIT_PROJECT_ID: 'chat', ...user, ...named });
    expect([init.organization?.name, init.project?.name, init.user?.name]).toEqual(['Acme', 'Chat', 'Ada']);
    expect(load(user).init).toMatchObject({ organization: null, user: { email: 'ada@example.com' } });
  });

  it.each([
    [{ INIT_ORG_NAME: 'Acme' }, 'INIT_ORG_ID: expected an id, since INIT_ORG_NAME is set'],
    [{ INIT_PROJECT_ID: 'chat' }, 'INIT_ORG_ID: expected an id, since INIT_PROJECT_ID is set'],
    [
      { INIT_ORG_ID: 'o', INIT_PROJECT_ID: 'chat', INIT_PROJECT_PUBLIC_KEY: 'pk-lf-0123456789abcdef' },
      'INIT_PROJECT_SECRET_KEY: expected the other half, since INIT_PROJECT_PUBLIC_KEY is set',
    ],
    [
      { INIT_ORG_ID: 'o', INIT_PROJECT_NAME: 'Chat' },
      'INIT_PROJECT_ID: expected an id, since INIT_PROJECT_NAME is set',
    ],
    [{ INIT_USER_EMAIL: 'a@b.test' }, 'INIT_USER_PASSWORD: expected a password, since INIT_USER_EMAIL is set'],
    [
      { INIT_USER_PASSWORD: 'correct horse' },
      'INIT_USER_EMAIL: expected an email address, since INIT_USER_PASSWORD is set',
    ],
    [{ INIT_USER_NAME: 'Ada' }, 'INIT_USER_EMAIL: expected an email address, since INIT_USER_NAME is set'],
  ])('does not stand half: %j', (environment, line) => {
    expect(complaintOf(() => load(environment))).toBe(line);
  });
});

describe('a secret that nobody has given', () => {
  const secretsIn = () => path.join(directory, 'data', 'secrets');

  it('is made beside the embedded database, for its owner’s eyes only, and is the same at the next start', () => {
    const [first, second] = [load(), load()];
    expect(first.encryptionKey.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(first.sessionSecret.reveal()).not.toBe(first.encryptionKey.reveal());
    expect(second.encryptionKey.reveal()).toBe(first.encryptionKey.reveal());
    expect(second.sessionSecret.reveal()).toBe(first.sessionSecret.reveal());

    const names = readdirSync(secretsIn()).sort();
    expect(names).toEqual(['encryption-key', 'session-secret']);
    const modes = names.map((name) => statSync(path.join(secretsIn(), name)).mode & 0o777);
    expect([...modes, statSync(secretsIn()).mode & 0o777]).toEqual([0o600, 0o600, 0o700]);
  });

  it('is not made where one is given', () => {
    load({ ENCRYPTION_KEY: 'a'.repeat(64), SESSION_SECRET: longEnough });
    expect(() => readdirSync(secretsIn())).toThrow('ENOENT');
  });

  it('is not replaced, and not believed, when its file was damaged', () => {
    mkdirSync(secretsIn(), { recursive: true });
    for (const damaged of ['', 'abc']) {
      writeFileSync(path.join(secretsIn(), 'encryption-key'), damaged);
      expect(complaintOf(load)).toBe(
        `ENCRYPTION_KEY: expected 64 hexadecimal digits in ${path.join(secretsIn(), 'encryption-key')}`,
      );
    }
  });

  it('is required with a database of one’s own, which other machines share', () => {
    const own = { DATABASE_URL: 'postgres://localhost/gatehouse' };
    expect(complaintOf(() => load(own))).toMatch(
      /^ENCRYPTION_KEY: expected 64 hexadecimal digits, required with DATABASE_URL/,
    );
    expect(complaintOf(() => load({ ...own, ENCRYPTION_KEY: 'a'.repeat(64) }))).toMatch(
      /^SESSION_SECRET: .*required with DATABASE_URL/,
    );
    expect(load({ ...own, ENCRYPTION_KEY: 'a'.repeat(64), SESSION_SECRET: longEnough })).toMatchObject({
      databaseUrl: 'postgres://localhost/gatehouse',
    });
    expect(() => readdirSync(secretsIn())).toThrow('ENOENT');
  });
});
