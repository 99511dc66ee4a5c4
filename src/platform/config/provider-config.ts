import { Secret } from '../crypto/secret.js';
import { ConfigError, describe } from './config-error.js';
import {
  aliases,
  ownPrefixes,
  providerFields,
  providerVendors,
  settings,
  type ProviderVendor,
  type YamlProvider,
} from './config.schema.js';
import type { ProviderConfig } from './config.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Field = keyof typeof providerFields;

const fields = Object.keys(providerFields) as Field[];

/** The providers named by `AUTH_<P>_CLIENT_ID`, in the order of the vendor list. */
export function providersFromEnvironment(environment: Environment): ProviderConfig[] {
  return providerVendors
    .filter((vendor) => fields.some((field) => environment[`AUTH_${vendor}_${field}`]))
    .map((vendor) => providerFromEnvironment(vendor, environment));
}

function providerFromEnvironment(vendor: ProviderVendor, environment: Environment): ProviderConfig {
  const read = <Name extends Field>(field: Name) => {
    const name = `AUTH_${vendor}_${field}`;
    const result = providerFields[field].safeParse(environment[name] === '' ? undefined : environment[name]);
    if (!result.success) throw new ConfigError(name, describe(result.error));
    return result.data as ReturnType<(typeof providerFields)[Name]['parse']>;
  };
  const clientSecret = read('CLIENT_SECRET');
  return {
    key: vendor.toLowerCase().replaceAll('_', '-'),
    vendor,
    name: read('NAME') ?? null,
    issuer: read('ISSUER') ?? null,
    tenantId: read('TENANT_ID') ?? null,
    clientId: read('CLIENT_ID'),
    clientSecret: clientSecret === undefined ? null : Secret.of(clientSecret),
    clientAuthMethod: read('CLIENT_AUTH_METHOD') ?? null,
    scopes: (read('SCOPE') ?? 'openid email profile').split(/[\s,]+/).filter((scope) => scope !== ''),
    pkce: true,
    allowSignUp: read('ALLOW_SIGN_UP'),
    allowedDomains: read('ALLOWED_DOMAINS').map((domain) => domain.toLowerCase()),
    requireEmailVerified: read('REQUIRE_EMAIL_VERIFIED'),
    allowAccountLinking: read('ALLOW_ACCOUNT_LINKING'),
  };
}

export function providersFromYaml(providers: readonly YamlProvider[]): ProviderConfig[] {
  return providers.map((provider) => ({
    key: provider.key,
    vendor: null,
    name: provider.name,
    issuer: provider.issuer_url,
    tenantId: null,
    clientId: provider.client_id,
    clientSecret: provider.client_secret === undefined ? null : Secret.of(provider.client_secret),
    clientAuthMethod: null,
    scopes: ['openid', ...provider.scopes.filter((scope) => scope !== 'openid')],
    pkce: provider.pkce,
    allowSignUp: provider.allow_sign_up,
    allowedDomains: provider.allowed_domains.map((domain) => domain.toLowerCase()),
    requireEmailVerified: provider.require_email_verified,
    allowAccountLinking: false,
  }));
}

/** A name under one of our prefixes that nothing reads is a typing mistake, and silence would hide it. */
export function refuseUnknownNames(environment: Environment): void {
  const known = new Set<string>([
    ...Object.keys(settings),
    ...Object.values(aliases).flat(),
    ...providerVendors.flatMap((vendor) => fields.map((field) => `AUTH_${vendor}_${field}`)),
  ]);
  const unknown = Object.keys(environment).find(
    (name) => ownPrefixes.some((prefix) => name.startsWith(prefix)) && !known.has(name),
  );
  if (unknown) throw new ConfigError(unknown, 'a name that Gatehouse knows; docs/configuration.md lists them');
}
