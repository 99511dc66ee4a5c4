import { ConfigError } from '../platform/config/config-error.js';
import type { ProviderConfig } from '../platform/config/config.js';
import { canonicalHostName } from '../platform/dns/host-name.js';
import type { OutboundHttp } from '../platform/http/outbound.js';
import { OutboundError } from '../platform/http/outbound-error.js';
import type { MissingAddress } from './providers/oidc-vendor.js';
import { usual } from './providers/oidc-vendor.js';
import { oidcVendors } from './providers/providers.js';
import type { ClientAuthMethod, SignInSource } from './sign-in-source.types.js';
import { addressesOf } from './source-addresses.js';

/**
 * A provider of the whole instance, ready to sign people in.
 * @throws ConfigError, which stops the start: a provider that cannot work is no secret to keep until somebody needs it
 */
export function providerSource(provider: ProviderConfig, rootUrl: string, outbound: OutboundHttp): SignInSource {
  const vendor = provider.vendor === null ? null : oidcVendors[provider.vendor];
  const setting = namesOf(provider);
  return {
    key: provider.key,
    name: provider.name ?? vendor?.name ?? provider.key,
    ...addressesOf(rootUrl, provider.key),
    kind: 'provider',
    connectionId: null,
    organizationId: null,
    domain: null,
    identitySource: `provider:${provider.key}`,
    allowSignUp: provider.allowSignUp,
    allowedDomains: provider.allowedDomains.map((domain) => canonicalDomain(domain, setting('ALLOWED_DOMAINS'))),
    requireEmailVerified: provider.requireEmailVerified,
    allowAccountLinking: provider.allowAccountLinking,
    oidc: {
      issuer: issuerOf(provider, setting, outbound),
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      clientAuthMethod: clientAuthMethodOf(provider, setting),
      scopes: ['openid', ...provider.scopes.filter((scope) => scope !== 'openid')],
      pkce: provider.pkce,
      emailVerifiedClaims: (vendor ?? usual).emailVerifiedClaims,
    },
  };
}

type Naming = (
  field: 'ISSUER' | 'TENANT_ID' | 'CLIENT_SECRET' | 'CLIENT_AUTH_METHOD' | 'ALLOWED_DOMAINS' | 'PKCE',
) => string;

/** What the operator wrote: the name of a variable, or a field of a provider in YAML. */
function namesOf({ vendor, key }: ProviderConfig): Naming {
  if (vendor !== null) return (field) => `AUTH_${vendor}_${field}`;
  return (field) => `auth.oidc.providers, ${key}: ${field === 'ISSUER' ? 'issuer_url' : field.toLowerCase()}`;
}

const settingOf = { issuer: 'ISSUER', tenantId: 'TENANT_ID', baseUrl: 'ISSUER' } as const satisfies Record<
  MissingAddress['field'],
  string
>;

function issuerOf({ vendor, issuer, tenantId }: ProviderConfig, setting: Naming, outbound: OutboundHttp): string {
  const worked = vendor === null ? (issuer ?? '') : oidcVendors[vendor].issuerOf({ issuer, tenantId, baseUrl: null });
  if (typeof worked !== 'string') throw new ConfigError(setting(settingOf[worked.field]), worked.expected);
  try {
    outbound.assertAllowedUrl(worked);
    return worked;
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause;
    throw new ConfigError(
      setting('ISSUER'),
      'a public https address, or one of a host that OUTBOUND_ALLOWED_HOSTS lists',
      { cause },
    );
  }
}

function clientAuthMethodOf(provider: ProviderConfig, setting: Naming): ClientAuthMethod {
  const { vendor, clientSecret, clientAuthMethod: asked, pkce } = provider;
  if (clientSecret === null) {
    if (asked !== null && asked !== 'none')
      throw new ConfigError(setting('CLIENT_SECRET'), `a secret, since the client proves itself by ${asked}`);
    if (!pkce) throw new ConfigError(setting('PKCE'), 'true: without a client secret nothing else protects the code');
    return 'none';
  }
  if (asked === 'none')
    throw new ConfigError(
      setting('CLIENT_AUTH_METHOD'),
      'client_secret_basic or client_secret_post, since there is a client secret',
    );
  return asked ?? (vendor === null ? usual : oidcVendors[vendor]).clientAuthMethod;
}

function canonicalDomain(domain: string, setting: string): string {
  const name = canonicalHostName(domain.trim());
  if (name === null) throw new ConfigError(setting, 'a list of domains, such as example.com');
  return name;
}
