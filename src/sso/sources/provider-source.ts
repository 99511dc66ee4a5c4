import { ConfigError } from '../../platform/config/config-error.js';
import type { ProviderConfig } from '../../platform/config/config.js';
import { canonicalHostName } from '../../platform/dns/host-name.js';
import type { OutboundHttp } from '../../platform/http/outbound.js';
import { OutboundError } from '../../platform/http/outbound-error.js';
import { clientProofOf, refuseAllButSecretInForm } from './provider-client-proof.js';
import { namesOf, refuseForeignFields, settingOf, type Naming } from './provider-setting-names.js';
import { githubEndpoints, type GithubVendor } from '../providers/github-vendor.js';
import type { OidcVendor } from '../providers/oidc-vendor.js';
import { vendors, withScope, type Vendor } from '../providers/providers.js';
import type { GithubSettings, OidcSettings, SignInSource, SourceFacts } from './sign-in-source.types.js';
import { addressesOf } from './source-addresses.js';

/**
 * A provider of the whole instance, ready to sign people in.
 * @throws ConfigError, which stops the start: a provider that cannot work is no secret to keep until somebody needs it
 */
export function providerSource(provider: ProviderConfig, rootUrl: string, outbound: OutboundHttp): SignInSource {
  const vendor = vendors[provider.vendor];
  const setting = namesOf(provider);
  refuseForeignFields(provider, vendor, setting);
  const facts = factsOf(provider, vendor, setting, rootUrl);
  const issuer = issuerOf(provider, vendor, setting, outbound);
  if (vendor.protocol === 'github') {
    return { ...facts, protocol: 'github', settings: githubSettings(provider, vendor, issuer, setting) };
  }
  const hostedDomains = vendor.namesHostedDomain ? facts.allowedDomains : [];
  const settings = { ...oidcSettings(provider, vendor, issuer, setting), hostedDomains };
  return { ...facts, protocol: 'oidc', settings };
}

function factsOf(provider: ProviderConfig, vendor: Vendor, setting: Naming, rootUrl: string): SourceFacts {
  return {
    key: provider.key,
    name: provider.name ?? vendor.name,
    ...addressesOf(rootUrl, provider.key),
    kind: 'provider',
    connectionId: null,
    organizationId: null,
    identitySource: `provider:${provider.key}`,
    allowSignUp: provider.allowSignUp,
    allowedDomains: provider.allowedDomains.map((domain) => canonicalDomain(domain, setting('ALLOWED_DOMAINS'))),
    requireEmailVerified: provider.requireEmailVerified,
    allowAccountLinking: provider.allowAccountLinking ?? vendor.linksAccounts,
    allowIdpInitiated: false,
    signOutAtProvider: provider.signOutAtProvider,
  };
}

function oidcSettings(
  provider: ProviderConfig,
  vendor: OidcVendor,
  issuer: string,
  setting: Naming,
): Omit<OidcSettings, 'hostedDomains'> {
  const { claims } = provider;
  return {
    issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    ...clientProofOf(provider, vendor, setting),
    scopes: withScope(vendor, provider.scopes),
    pkce: provider.pkce,
    claims: {
      email: claims.email ?? 'email',
      name: claims.name ?? 'name',
      emailVerified: claims.emailVerified === null ? vendor.emailVerifiedClaims : [claims.emailVerified],
    },
    quirks: vendor.quirks,
  };
}

function githubSettings(
  provider: ProviderConfig,
  vendor: GithubVendor,
  issuer: string,
  setting: Naming,
): GithubSettings {
  refuseAllButSecretInForm(provider, setting);
  return {
    issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    scopes: withScope(vendor, provider.scopes),
    pkce: provider.pkce,
    ...githubEndpoints(issuer),
  };
}

function issuerOf(provider: ProviderConfig, vendor: Vendor, setting: Naming, outbound: OutboundHttp): string {
  const shared = vendor.protocol === 'oidc' ? vendor.sharedIssuerOf(provider) : null;
  const worked = shared ?? vendor.issuerOf(provider);
  if (typeof worked !== 'string') throw new ConfigError(setting(settingOf[worked.field]), worked.expected);
  try {
    outbound.assertAllowedUrl(worked);
    return worked;
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause;
    const given = vendor.address.find((field) => provider[field] !== null) ?? 'issuer';
    const expected = 'a public https address, or one of a host that OUTBOUND_ALLOWED_HOSTS lists';
    throw new ConfigError(setting(settingOf[given]), expected, { cause });
  }
}

function canonicalDomain(domain: string, setting: string): string {
  const name = canonicalHostName(domain.trim());
  if (name === null) throw new ConfigError(setting, 'a list of domains, such as example.com');
  return name;
}
