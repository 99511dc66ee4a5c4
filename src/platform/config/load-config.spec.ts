import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { complaintOf, configFolder, longEnough } from '../../../test/support/config-folder.js';

const { placeOf, file, load, loadYaml } = configFolder();

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
    expect(complaintOf(() => loadYaml(yaml))).toBe(`${placeOf('config.yaml')}: expected ${expected}`);
  });

  it('for an unknown name at the top of the YAML file', () => {
    expect(complaintOf(() => loadYaml('prot: 80'))).toBe(`prot in ${placeOf('config.yaml')}: expected a known setting`);
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
