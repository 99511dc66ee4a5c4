import { z } from 'zod';

/**
 * Every setting that Gatehouse has (the contract's section 3): its name, how its text is read, what it is unless set.
 * The same names in lower case are the keys of the YAML file.
 */

const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const hostList = list.pipe(
  z.array(z.string().regex(/^(\[[0-9a-f:.]+\]|[^\s:/]+)(:\d+)?$/i, 'a list of host or host:port')),
);
const hex256 = z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits');
const longSecret = z.string().min(32, 'at least 32 characters');
const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const role = z.enum(['OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE']);

export const settings = {
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  ROOT_URL: httpUrl.optional(),
  NODE_ENV: z.string().default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  GRAPHIQL: flag.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(20),
  DATA_DIR: z.string().min(1).default('.gatehouse'),
  ENCRYPTION_KEY: hex256.optional(),
  SESSION_SECRET: longSecret.optional(),
  ADMIN_API_KEY: longSecret.optional(),
  AUTH_DISABLE_SIGNUP: flag.default(false),
  AUTH_DISABLE_USERNAME_PASSWORD: flag.default(false),
  AUTH_DOMAINS_WITH_SSO_ENFORCEMENT: list.default([]),
  AUTH_PASSWORD_MIN_LENGTH: whole(8, 64).default(12),
  AUTH_SESSION_MAX_AGE: whole(1, 525_600).default(43_200),
  AUTH_SESSION_IDLE_TIMEOUT: whole(1, 525_600).default(10_080),
  TRUST_PROXY: list.default([]),
  DNS_RESOLVERS: hostList.default([]),
  OUTBOUND_ALLOWED_HOSTS: hostList.default([]),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().min(3).default('Gatehouse <gatehouse@localhost>'),
  DEFAULT_PLAN: z.enum(['hobby', 'core', 'pro', 'pro+teams', 'enterprise', 'self-hosted']).default('self-hosted'),
  DEFAULT_ORGANIZATION_ROLE: role.default('VIEWER'),
  DEFAULT_PROJECT_ROLE: role.default('VIEWER'),
  INIT_ORG_ID: z.string().min(1).max(64).optional(),
  INIT_ORG_NAME: z.string().min(1).max(120).optional(),
  INIT_PROJECT_ID: z.string().min(1).max(64).optional(),
  INIT_PROJECT_NAME: z.string().min(1).max(120).optional(),
  INIT_USER_EMAIL: z.email().optional(),
  INIT_USER_NAME: z.string().min(1).max(120).optional(),
  INIT_USER_PASSWORD: z.string().min(8).max(1024).optional(),
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
  INIT_USER_EMAIL: ['LANGFUSE_INIT_USER_EMAIL'],
  INIT_USER_NAME: ['LANGFUSE_INIT_USER_NAME'],
  INIT_USER_PASSWORD: ['LANGFUSE_INIT_USER_PASSWORD'],
};

/** Prefixes that are ours alone, so that an unknown name under them is a typing mistake. */
export const ownPrefixes = ['AUTH_', 'INIT_ORG_', 'INIT_PROJECT_', 'INIT_USER_'] as const;

/** `AUTH_<P>_…`: the vendors that may be named, and the fields that each understands. */
export const providerVendors = [
  'GOOGLE',
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

export const providerFields = {
  CLIENT_ID: z.string().min(1),
  CLIENT_SECRET: z.string().min(1).optional(),
  ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  TENANT_ID: z.string().min(1).optional(),
  NAME: z.string().min(1).max(60).optional(),
  SCOPE: z.string().min(1).optional(),
  CLIENT_AUTH_METHOD: z.enum(['client_secret_basic', 'client_secret_post', 'none']).optional(),
  ALLOW_ACCOUNT_LINKING: flag.default(false),
  ALLOWED_DOMAINS: list.default([]),
  ALLOW_SIGN_UP: flag.default(true),
  REQUIRE_EMAIL_VERIFIED: flag.default(true),
} as const;

export const yamlProvider = z.strictObject({
  name: z.string().min(1).max(60),
  key: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
  issuer_url: z.url({ protocol: /^https?$/ }),
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  scopes: z.array(z.string()).default(['email', 'profile']),
  pkce: z.boolean().default(true),
  allow_sign_up: z.boolean().default(false),
  allowed_domains: z.array(z.string()).default([]),
  require_email_verified: z.boolean().default(true),
});

export const yamlAuth = z.strictObject({
  oidc: z.strictObject({ providers: z.array(yamlProvider).default([]) }).optional(),
  default_team: z.string().optional(),
  default_role: z.string().optional(),
  admins: z.array(z.string()).optional(),
});

export type YamlProvider = z.infer<typeof yamlProvider>;
export type YamlAuth = z.infer<typeof yamlAuth>;
