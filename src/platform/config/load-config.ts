import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { Secret } from '../crypto/secret.js';
import {
  aliases,
  settings,
  yamlAuth,
  yamlPermission,
  type SettingName,
  type YamlAuth,
  type YamlPermission,
} from './config.schema.js';
import type { Config } from './config.js';
import { ConfigError, describe } from './config-error.js';
import { generatedSecret } from './generated-secret.js';
import { providersFromEnvironment, providersFromYaml, refuseUnknownNames } from './provider-config.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Settings = { [Name in SettingName]: z.output<(typeof settings)[Name]> };

/**
 * Reads all settings: defaults < the YAML file that `CONFIG_FILE` names < environment < `<NAME>_FILE`.
 * @throws ConfigError with one line that names the value at fault and what was expected
 */
export function loadConfig(environment: Environment): Config {
  const file = readYaml(environment.CONFIG_FILE);
  const text = withSecretFiles(environment);
  refuseUnknownNames(text);
  const read = readSettings(text, file.values);
  const rootUrl = read.ROOT_URL ?? `http://localhost:${read.PORT}`;
  const kept = { environment: text, dataDirectory: path.resolve(read.DATA_DIR) };
  const providers = [...providersFromEnvironment(text), ...providersFromYaml(file.auth?.oidc?.providers ?? [])];
  refuseDoubles(providers.map((provider) => provider.key));

  return Object.freeze<Config>({
    port: read.PORT,
    host: read.HOST,
    rootUrl,
    isProduction: read.NODE_ENV === 'production',
    logLevel: read.LOG_LEVEL,
    explorer: read.GRAPHIQL ?? read.NODE_ENV !== 'production',
    databaseUrl: read.DATABASE_URL ?? null,
    databasePoolSize: read.DATABASE_POOL_SIZE,
    dataDirectory: kept.dataDirectory,
    encryptionKey: secretOrGenerated('ENCRYPTION_KEY', read.ENCRYPTION_KEY, read.DATABASE_URL, kept.dataDirectory),
    sessionSecret: secretOrGenerated('SESSION_SECRET', read.SESSION_SECRET, read.DATABASE_URL, kept.dataDirectory),
    adminApiKey: secret(read.ADMIN_API_KEY),
    signUpDisabled: read.AUTH_DISABLE_SIGNUP,
    passwordDisabled: read.AUTH_DISABLE_USERNAME_PASSWORD,
    enforcedDomains: read.AUTH_DOMAINS_WITH_SSO_ENFORCEMENT.map((domain) => domain.toLowerCase()),
    emailVerificationRequired: read.AUTH_EMAIL_VERIFICATION_REQUIRED,
    passwordMinLength: read.AUTH_PASSWORD_MIN_LENGTH,
    sessionMaxAgeMinutes: read.AUTH_SESSION_MAX_AGE,
    sessionIdleMinutes: read.AUTH_SESSION_IDLE_TIMEOUT,
    apiKeyRotationDays: read.API_KEY_ROTATION_DAYS,
    trustProxy: read.TRUST_PROXY,
    dnsResolvers: read.DNS_RESOLVERS,
    outboundAllowedHosts: read.OUTBOUND_ALLOWED_HOSTS,
    smtpUrl: secret(read.SMTP_URL),
    mailFrom: read.MAIL_FROM,
    defaultPlan: read.DEFAULT_PLAN,
    defaultOrganizationRole: read.DEFAULT_ORGANIZATION_ROLE,
    defaultProjectRole: read.DEFAULT_PROJECT_ROLE,
    deletionGraceDays: read.DELETION_GRACE_DAYS,
    providers,
    defaultTeam: file.auth?.default_team ?? null,
    defaultRole: roleNamed(file.auth?.default_role),
    admins: file.auth?.admins ?? [],
    permissions: file.permissions.map(({ description, ...permission }) => ({ ...permission, describe: description })),
    init: initOf(read),
  });
}

function readSettings(environment: Environment, yaml: Readonly<Record<string, unknown>>): Settings {
  const read: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const known = [name, ...(aliases[name] ?? [])];
    const from = known.find((candidate) => (environment[candidate] ?? '') !== '') ?? name;
    // Nothing between the quotes is nothing said, as Compose has it where a variable is not set.
    const value = environment[from] || yamlText(yaml[name.toLowerCase()]); // eslint-disable-line @typescript-eslint/prefer-nullish-coalescing -- see above
    const result = settings[name].safeParse(value);
    if (!result.success) throw new ConfigError(from, describe(result.error));
    read[name] = result.data;
  }
  return read as Settings;
}

/** YAML has numbers, booleans and lists where the environment has text. */
function yamlText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `NAME_FILE` holds the path of a file with the value of `NAME`. `CONFIG_FILE` is a setting of its own. */
function withSecretFiles(environment: Environment): Environment {
  const known = new Set<string>([...Object.keys(settings), ...Object.values(aliases).flat()]);
  const text: Record<string, string | undefined> = { ...environment };
  for (const [name, file] of Object.entries(environment)) {
    if (!name.endsWith('_FILE') || !file || name === 'CONFIG_FILE') continue;
    const of = name.slice(0, -'_FILE'.length);
    if (!known.has(of) && !/^AUTH_\w+_(CLIENT_ID|CLIENT_SECRET|PRIVATE_KEY)$/.test(of)) continue;
    const value = readText(name, file).trim();
    if (value === '') throw new ConfigError(name, 'the path of a file that holds a value');
    text[of] = value;
    Reflect.deleteProperty(text, name);
  }
  return text;
}

interface YamlFile {
  readonly values: Readonly<Record<string, unknown>>;
  readonly auth: YamlAuth | null;
  readonly permissions: readonly YamlPermission[];
}

const emptyFile: YamlFile = { values: {}, auth: null, permissions: [] };

function readYaml(file: string | undefined): YamlFile {
  if (!file) return emptyFile;
  const document = parseYaml(readText('CONFIG_FILE', file));
  if (document === null) return emptyFile;
  if (typeof document !== 'object' || Array.isArray(document)) throw new ConfigError(file, 'a map of settings');
  const { auth, secrets, permissions, ...values } = document as Record<string, unknown>;
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(settings, name.toUpperCase())) throw new ConfigError(`${name} in ${file}`, 'a known setting');
  }
  const read = z.strictObject({
    auth: yamlAuth.optional(),
    secrets: z.strictObject({ auth: yamlAuth.optional() }).optional(),
    permissions: z.array(yamlPermission).default([]),
  });
  const result = read.safeParse({ auth, secrets, permissions });
  if (!result.success) throw new ConfigError(file, describe(result.error));
  const below = result.data.secrets?.auth;
  return {
    values,
    auth: { ...below, ...result.data.auth, oidc: mergedProviders(result.data.auth, below) },
    permissions: result.data.permissions,
  };
}

/** The parser's own words would quote the line, and with it perhaps a secret. */
function parseYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'error' });
  } catch (cause) {
    const line = cause instanceof YAMLParseError ? cause.linePos?.[0].line : undefined;
    throw new ConfigError('CONFIG_FILE', `a YAML file, but line ${line ?? 1} of it is none`, { cause });
  }
}

function mergedProviders(
  auth: YamlAuth | undefined,
  below: YamlAuth | undefined,
): { providers: NonNullable<YamlAuth['oidc']>['providers'] } {
  return { providers: [...(auth?.oidc?.providers ?? []), ...(below?.oidc?.providers ?? [])] };
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(name, 'the path of a file that can be read', { cause });
  }
}

function secret(value: string | undefined): Secret | null {
  return value === undefined ? null : Secret.of(value);
}

/** Beside the embedded database a secret is made at the first start and kept; with a server of your own it must be given. */
function secretOrGenerated(
  name: string,
  value: string | undefined,
  databaseUrl: string | undefined,
  directory: string,
): Secret {
  if (value !== undefined) return Secret.of(value);
  if (databaseUrl !== undefined) {
    throw new ConfigError(
      name,
      '64 hexadecimal digits, required with DATABASE_URL (make one with: openssl rand -hex 32)',
    );
  }
  return generatedSecret(directory, name);
}

const roleNames: Readonly<Record<string, NonNullable<Config['defaultRole']>>> = {
  owner: 'OWNER',
  admin: 'ADMIN',
  member: 'MEMBER',
  viewer: 'VIEWER',
  'read-only': 'VIEWER',
  none: 'NONE',
};

function roleNamed(name: string | undefined): Config['defaultRole'] {
  if (name === undefined) return null;
  const role = Object.hasOwn(roleNames, name.toLowerCase()) ? roleNames[name.toLowerCase()] : undefined;
  if (!role) throw new ConfigError('auth.default_role', `one of ${Object.keys(roleNames).join(', ')}`);
  return role;
}

function refuseDoubles(keys: readonly string[]): void {
  const double = keys.find((key, index) => keys.indexOf(key) !== index);
  if (double) throw new ConfigError(`provider ${double}`, 'a key that no other provider has');
}

/** What an `INIT_…` setting means nothing without: silence about the missing one would hide a typing mistake. */
const initNeeds = [
  ['INIT_ORG_NAME', 'INIT_ORG_ID', 'an id'],
  ['INIT_PROJECT_ID', 'INIT_ORG_ID', 'an id'],
  ['INIT_PROJECT_NAME', 'INIT_PROJECT_ID', 'an id'],
  ['INIT_PROJECT_PUBLIC_KEY', 'INIT_PROJECT_ID', 'an id'],
  ['INIT_PROJECT_PUBLIC_KEY', 'INIT_PROJECT_SECRET_KEY', 'the other half'],
  ['INIT_PROJECT_SECRET_KEY', 'INIT_PROJECT_PUBLIC_KEY', 'the other half'],
  ['INIT_USER_EMAIL', 'INIT_USER_PASSWORD', 'a password'],
  ['INIT_USER_PASSWORD', 'INIT_USER_EMAIL', 'an email address'],
  ['INIT_USER_NAME', 'INIT_USER_EMAIL', 'an email address'],
] as const;

function initOf(read: Settings): Config['init'] {
  for (const [name, needed, what] of initNeeds) {
    if (read[name] !== undefined && read[needed] === undefined)
      throw new ConfigError(needed, `${what}, since ${name} is set`);
  }
  const { INIT_ORG_ID: organization, INIT_PROJECT_ID: project, INIT_USER_EMAIL: email } = read;
  return {
    organization: organization ? { id: organization, name: read.INIT_ORG_NAME ?? organization } : null,
    project: project ? { id: project, name: read.INIT_PROJECT_NAME ?? project, keyPair: keyPairOf(read) } : null,
    user:
      email && read.INIT_USER_PASSWORD
        ? { email, name: read.INIT_USER_NAME ?? email, password: Secret.of(read.INIT_USER_PASSWORD) }
        : null,
  };
}

function keyPairOf(read: Settings): { publicKey: string; secretKey: Secret } | null {
  const { INIT_PROJECT_PUBLIC_KEY: publicKey, INIT_PROJECT_SECRET_KEY: secretKey } = read;
  return publicKey && secretKey ? { publicKey, secretKey: Secret.of(secretKey) } : null;
}
