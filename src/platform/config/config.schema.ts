import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseEmailAddress } from '../text/email-address.js';

/**
 * Every setting that Gatehouse has (the contract's section 3): its name, how its text is read, what it is unless set.
 * The same names in lower case are the keys of the YAML file.
 */

const flag = z.enum(['true', 'false', '1', '0'], 'true or false').transform((text) => text === 'true' || text === '1');
const whole = (least: number, most: number) => {
  const words = `a whole number from ${least} to ${most}`;
  return z.coerce.number(words).int(words).min(least, words).max(most, words);
};
const text = (least: number, most: number) => {
  const words = `${least} to ${most} characters`;
  return z.string(words).min(least, words).max(most, words);
};
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const hostList = list.pipe(
  z.array(z.string().regex(/^(\[[0-9a-f:.]+\]|[^\s:/]+)(:\d+)?$/i, 'a list of host or host:port')),
);
const proxyList = list.pipe(
  z.array(z.string().refine(isProxy, 'a list of IP addresses and networks, such as 10.0.0.0/8')),
);
const hex256 = z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits');
const longSecret = z.string().min(32, 'at least 32 characters');
const httpUrl = z.url({ protocol: /^https?$/, error: 'a URL that begins with http:// or https://' });
const rootUrl = httpUrl
  .refine((value) => !/[?#@]/.test(value), 'a URL without query, fragment and user name')
  .transform((value) => value.replace(/\/+$/, ''));
const role = z.enum(['OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE']);
const email = z.string().transform((value, context) => {
  const address = parseEmailAddress(value)?.address;
  if (address === undefined) context.addIssue({ code: 'custom', message: 'an email address' });
  return address ?? '';
});
/** As the ids that are made here it has to fit into cursors; the instance's own trail is called `instance`. */
const id = z
  .string()
  .regex(/^[a-z0-9][\w.-]{0,63}$/i, '1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first')
  .refine((value) => value !== 'instance', 'an id other than instance');

function isProxy(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true;
  // A number alone would be read as an address too, and whoever writes 1 means something else.
  return ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value) || ipaddr.isValidCIDR(value);
}

export const settings = {
  PORT: whole(0, 65_535).default(3000),
  HOST: text(1, 255).default('127.0.0.1'),
  ROOT_URL: rootUrl.optional(),
  NODE_ENV: z.string().default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  GRAPHIQL: flag.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'a URL that begins with postgres://' }).optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(20),
  DATA_DIR: text(1, 4_096).default('.gatehouse'),
  ENCRYPTION_KEY: hex256.optional(),
  SESSION_SECRET: longSecret.optional(),
  ADMIN_API_KEY: longSecret.optional(),
  AUTH_DISABLE_SIGNUP: flag.default(false),
  AUTH_DISABLE_USERNAME_PASSWORD: flag.default(false),
  AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: list.default([]),
  AUTH_EMAIL_VERIFICATION_REQUIRED: flag.default(false),
  AUTH_PASSWORD_MIN_LENGTH: whole(8, 64).default(12),
  AUTH_SESSION_MAX_AGE: whole(1, 525_600).default(43_200),
  AUTH_SESSION_IDLE_TIMEOUT: whole(1, 525_600).default(10_080),
  API_KEY_ROTATION_DAYS: whole(0, 3_650).default(90),
  TRUST_PROXY: proxyList.default([]),
  DNS_RESOLVERS: hostList.default([]),
  OUTBOUND_ALLOWED_HOSTS: hostList.default([]),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'a URL that begins with smtp:// or smtps://' }).optional(),
  MAIL_FROM: text(3, 320).default('Gatehouse <gatehouse@localhost>'),
  DEFAULT_PLAN: z.enum(['hobby', 'core', 'pro', 'pro+teams', 'enterprise', 'self-hosted']).default('self-hosted'),
  DEFAULT_ORGANIZATION_ROLE: role.default('VIEWER'),
  DEFAULT_PROJECT_ROLE: role.default('VIEWER'),
  DELETION_GRACE_DAYS: whole(0, 365).default(7),
  INIT_ORG_ID: id.optional(),
  INIT_ORG_NAME: text(1, 120).optional(),
  INIT_PROJECT_ID: id.optional(),
  INIT_PROJECT_NAME: text(1, 120).optional(),
  INIT_PROJECT_PUBLIC_KEY: text(16, 200).optional(),
  INIT_PROJECT_SECRET_KEY: text(32, 200).optional(),
  INIT_USER_EMAIL: email.optional(),
  INIT_USER_NAME: text(1, 120).optional(),
  INIT_USER_PASSWORD: text(8, 1_000).optional(),
} as const;

export type SettingName = keyof typeof settings;

/** Other names that a setting answers to. */
export const aliases: Partial<Record<SettingName, readonly string[]>> = {
  ROOT_URL: ['NEXTAUTH_URL'],
  SESSION_SECRET: ['NEXTAUTH_SECRET'],
  DEFAULT_ORGANIZATION_ROLE: ['LANGFUSE_DEFAULT_ORG_ROLE'],
  DEFAULT_PROJECT_ROLE: ['LANGFUSE_DEFAULT_PROJECT_ROLE'],
  INIT_ORG_ID: ['LANGFUSE_INIT_ORG_ID'],
  INIT_ORG_NAME: ['LANGFUSE_INIT_ORG_NAME'],
  INIT_PROJECT_ID: ['LANGFUSE_INIT_PROJECT_ID'],
  INIT_PROJECT_NAME: ['LANGFUSE_INIT_PROJECT_NAME'],
  INIT_PROJECT_PUBLIC_KEY: ['LANGFUSE_INIT_PROJECT_PUBLIC_KEY'],
  INIT_PROJECT_SECRET_KEY: ['LANGFUSE_INIT_PROJECT_SECRET_KEY'],
  INIT_USER_EMAIL: ['LANGFUSE_INIT_USER_EMAIL'],
  INIT_USER_NAME: ['LANGFUSE_INIT_USER_NAME'],
  INIT_USER_PASSWORD: ['LANGFUSE_INIT_USER_PASSWORD'],
};

/** Prefixes that are ours alone, so that an unknown name under them is a typing mistake. */
export const ownPrefixes = ['AUTH_', 'INIT_ORG_', 'INIT_PROJECT_', 'INIT_USER_'] as const;

/** `AUTH_<P>_…`: the vendors that may be named, and the fields that each understands. */
export const providerVendors = [
  'GOOGLE',
  'GITHUB',
  'GITHUB_ENTERPRISE',
  'GITLAB',
  'AZURE_AD',
  'OKTA',
  'AUTH0',
  'ONELOGIN',
  'COGNITO',
  'KEYCLOAK',
  'AUTHENTIK',
  'JUMPCLOUD',
  'WORKOS',
  'CLICKHOUSE_CLOUD',
  'CUSTOM',
] as const;

export type ProviderVendor = (typeof providerVendors)[number];

/** A vendor as it is written in addresses and in YAML: `azure-ad`. */
export const dashed = (vendor: ProviderVendor): string => vendor.toLowerCase().replaceAll('_', '-');

const clientAuthMethod = z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']);
const claimName = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'the name of a claim');

export const providerFields = {
  CLIENT_ID: z.string('the id of the client at the provider').min(1),
  CLIENT_SECRET: z.string().min(1).optional(),
  ISSUER: httpUrl.optional(),
  TENANT_ID: z.string().min(1).optional(),
  BASE_URL: httpUrl.optional(),
  NAME: text(1, 60).optional(),
  SCOPE: z.string().min(1).optional(),
  CLIENT_AUTH_METHOD: clientAuthMethod.optional(),
  PRIVATE_KEY: z.string().min(1).optional(),
  PRIVATE_KEY_ID: text(1, 200).optional(),
  CLAIM_EMAIL: claimName.optional(),
  CLAIM_NAME: claimName.optional(),
  CLAIM_EMAIL_VERIFIED: claimName.optional(),
  ALLOW_ACCOUNT_LINKING: flag.optional(),
  ALLOWED_DOMAINS: list.default([]),
  ALLOW_SIGN_UP: flag.default(true),
  REQUIRE_EMAIL_VERIFIED: flag.default(true),
  SIGN_OUT_AT_PROVIDER: flag.default(false),
} as const;

export type ProviderField = keyof typeof providerFields;

/** Claims have other names only where nobody has written down what they are called. */
export const fieldsOfCustomAlone: readonly ProviderField[] = ['CLAIM_EMAIL', 'CLAIM_NAME', 'CLAIM_EMAIL_VERIFIED'];

export const yamlProvider = z.strictObject({
  name: text(1, 60),
  key: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
  /** In lower case with dashes, as in addresses. */
  vendor: z.enum(providerVendors.map(dashed)).default('custom'),
  issuer_url: httpUrl.optional(),
  tenant_id: z.string().min(1).optional(),
  base_url: httpUrl.optional(),
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  client_auth_method: clientAuthMethod.optional(),
  private_key: z.string().min(1).optional(),
  private_key_id: text(1, 200).optional(),
  claims: z
    .strictObject({
      email: claimName.optional(),
      name: claimName.optional(),
      email_verified: claimName.optional(),
    })
    .default({}),
  scopes: z.array(z.string()).optional(),
  pkce: z.boolean().default(true),
  allow_sign_up: z.boolean().default(false),
  allowed_domains: z.array(z.string()).default([]),
  require_email_verified: z.boolean().default(true),
  sign_out_at_provider: z.boolean().default(false),
});

/** What the product behind Gatehouse asks of its own: beside the permissions that every instance has. */
export const yamlPermission = z.strictObject({
  name: z
    .string()
    .max(60)
    .regex(/^[a-z]+(?:[A-Z][a-z]+)*\.[a-z]+(?:[A-Z][a-z]+)*$/, 'a name such as evaluations.run'),
  level: z.enum(['organization', 'project', 'both']),
  from: z.enum(['VIEWER', 'MEMBER', 'ADMIN', 'OWNER']),
  description: text(1, 200),
});

export const yamlAuth = z.strictObject({
  oidc: z.strictObject({ providers: z.array(yamlProvider).default([]) }).optional(),
  default_team: z.string().optional(),
  default_role: z.string().optional(),
  admins: z.array(email).optional(),
});

export type YamlProvider = z.infer<typeof yamlProvider>;
export type YamlPermission = z.infer<typeof yamlPermission>;
export type YamlAuth = z.infer<typeof yamlAuth>;
