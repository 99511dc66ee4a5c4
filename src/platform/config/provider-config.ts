import { Secret } from '../crypto/secret.js';
import { ConfigError, describe } from './config-error.js';
import {
  aliases,
  dashed,
  fieldsOfCustomAlone,
  ownPrefixes,
  providerFields,
  providerVendors,
  settings,
  type ProviderField,
  type ProviderVendor,
  type YamlProvider,
} from './config.schema.js';
import type { ProviderConfig } from './config.js';

type Environment = Readonly<Record<string, string | undefined>>;

const fields = Object.keys(providerFields) as ProviderField[];

/** The providers named by `AUTH_<P>_CLIENT_ID`, in the order of the vendor list. */
export function providersFromEnvironment(environment: Environment): ProviderConfig[] {
  return providerVendors
    .filter((vendor) => fields.some((field) => environment[`AUTH_${vendor}_${field}`]))
    .map((vendor) => providerFromEnvironment(vendor, environment));
}

function providerFromEnvironment(vendor: ProviderVendor, environment: Environment): ProviderConfig {
  const read = <Name extends ProviderField>(field: Name) => {
    const name = `AUTH_${vendor}_${field}`;
    const result = providerFields[field].safeParse(environment[name] === '' ? undefined : environment[name]);
    if (!result.success) throw new ConfigError(name, describe(result.error));
    return result.data as ReturnType<(typeof providerFields)[Name]['parse']>;
  };
  return {
    key: dashed(vendor),
    vendor,
    from: 'environment',
    name: read('NAME') ?? null,
    issuer: read('ISSUER') ?? null,
    tenantId: read('TENANT_ID') ?? null,
    baseUrl: read('BASE_URL') ?? null,
    clientId: read('CLIENT_ID'),
    clientSecret: secret(read('CLIENT_SECRET')),
    privateKey: secret(read('PRIVATE_KEY')),
    privateKeyId: read('PRIVATE_KEY_ID') ?? null,
    clientAuthMethod: read('CLIENT_AUTH_METHOD') ?? null,
    scopes:
      read('SCOPE')
        ?.split(/[\s,]+/)
        .filter((scope) => scope !== '') ?? null,
    claims: {
      email: read('CLAIM_EMAIL') ?? null,
      name: read('CLAIM_NAME') ?? null,
      emailVerified: read('CLAIM_EMAIL_VERIFIED') ?? null,
    },
    pkce: true,
    allowSignUp: read('ALLOW_SIGN_UP'),
    allowedDomains: read('ALLOWED_DOMAINS').map((domain) => domain.toLowerCase()),
    requireEmailVerified: read('REQUIRE_EMAIL_VERIFIED'),
    allowAccountLinking: read('ALLOW_ACCOUNT_LINKING') ?? null,
    signOutAtProvider: read('SIGN_OUT_AT_PROVIDER'),
  };
}

export function providersFromYaml(providers: readonly YamlProvider[]): ProviderConfig[] {
  return providers.map((provider) => ({
    key: provider.key,
    vendor: providerVendors.find((vendor) => dashed(vendor) === provider.vendor) ?? 'CUSTOM',
    from: 'yaml',
    name: provider.name,
    issuer: provider.issuer_url ?? null,
    tenantId: provider.tenant_id ?? null,
    baseUrl: provider.base_url ?? null,
    clientId: provider.client_id,
    clientSecret: secret(provider.client_secret),
    privateKey: secret(provider.private_key),
    privateKeyId: provider.private_key_id ?? null,
    clientAuthMethod: provider.client_auth_method ?? null,
    scopes: provider.scopes ?? null,
    claims: {
      email: provider.claims.email ?? null,
      name: provider.claims.name ?? null,
      emailVerified: provider.claims.email_verified ?? null,
    },
    pkce: provider.pkce,
    allowSignUp: provider.allow_sign_up,
    allowedDomains: provider.allowed_domains.map((domain) => domain.toLowerCase()),
    requireEmailVerified: provider.require_email_verified,
    allowAccountLinking: null,
    signOutAtProvider: provider.sign_out_at_provider,
  }));
}

const secret = (value: string | undefined): Secret | null => (value === undefined ? null : Secret.of(value));

/** A name under one of our prefixes that nothing reads is a typing mistake, and silence would hide it. */
export function refuseUnknownNames(environment: Environment): void {
  const known = new Set<string>([
    ...Object.keys(settings),
    ...Object.values(aliases).flat(),
    ...providerVendors.flatMap((vendor) => fieldsOf(vendor).map((field) => `AUTH_${vendor}_${field}`)),
  ]);
  const unknown = Object.keys(environment).find(
    (name) => ownPrefixes.some((prefix) => name.startsWith(prefix)) && !known.has(name),
  );
  if (unknown) throw new ConfigError(unknown, 'a name that Gatehouse knows; docs/configuration.md lists them');
}

function fieldsOf(vendor: ProviderVendor): readonly ProviderField[] {
  return vendor === 'CUSTOM' ? fields : fields.filter((field) => !fieldsOfCustomAlone.includes(field));
}
