import { invalid } from '../platform/errors/app-error.js';
import type { ProviderMetadata } from './protocols/oidc/provider-metadata.js';
import type { OidcVendor } from './providers/oidc-vendor.js';
import { oidcVendors } from './providers/providers.js';
import type { ClientAuthMethod } from './sign-in-source.types.js';
import type { SsoConnectionEntity } from './sso-connection.entity.js';
import { speaksOidc, type OidcSsoProvider, type SsoProvider } from './sso-connection.types.js';

/** What an administrator types. What is left out stays as it was, or is the vendor's default on a new connection. */
export interface SsoSettings {
  readonly domainId: string;
  readonly provider: SsoProvider;
  readonly issuer?: string | null;
  readonly tenantId?: string | null;
  readonly baseUrl?: string | null;
  readonly clientId?: string | null;
  readonly clientSecret?: string | null;
  readonly clientAuthMethod?: ClientAuthMethod | null;
  readonly name?: string | null;
  readonly scopes?: readonly string[] | null;
  readonly pkce?: boolean | null;
  readonly activate: boolean;
}

type Kept = SsoConnectionEntity | null;

/** @throws VALIDATION_FAILED for a vendor that this version does not know, saying so */
export function supported(provider: SsoProvider): OidcSsoProvider {
  if (speaksOidc(provider)) return provider;
  const why = provider === 'SAML' ? 'SAML is another protocol' : 'GitHub has no OpenID Connect';
  throw invalid(
    'provider',
    `${provider} is not supported in this version: connections speak OpenID Connect, and ${why}.`,
  );
}

/**
 * The issuer that is meant, exactly as it was typed: what it is called decides whom we believe.
 * @throws VALIDATION_FAILED where it is missing or no issuer (OpenID Connect Discovery 3: no query, no fragment)
 */
export function issuerFrom(settings: SsoSettings, provider: OidcSsoProvider, kept: Kept): string {
  const { issuer = null, tenantId = null, baseUrl = null } = settings;
  const typed = {
    issuer: issuer?.trim() ?? null,
    tenantId: tenantId?.trim() ?? null,
    baseUrl: baseUrl?.trim() ?? null,
  };
  if (kept && Object.values(typed).every((value) => value === null)) return kept.issuer;
  const found = oidcVendors[provider].issuerOf(typed);
  if (typeof found !== 'string') throw invalid(found.field, `${found.field} is missing: give ${found.expected}.`);
  if (!URL.canParse(found))
    throw invalid('issuer', 'issuer must be an absolute URL, such as https://login.example.com.');
  if (/[?#]/.test(found)) throw invalid('issuer', 'issuer must have no query and no fragment: give the address alone.');
  return found;
}

/**
 * A secret was meant for the provider that it was entered for. Whoever may change the issuer could otherwise have it sent
 * to a server of their own.
 * @throws VALIDATION_FAILED
 */
export function refuseSecretForAnother(issuer: string, settings: SsoSettings, kept: Kept): void {
  const carriesOver = (kept?.clientSecret ?? null) !== null && (settings.clientSecret ?? null) === null;
  if (carriesOver && kept?.issuer !== issuer) {
    throw invalid(
      'clientSecret',
      'The issuer has changed, and the stored client secret belongs to the old one: enter the client secret again.',
    );
  }
}

/** The settings of the client, with the secret still to be encrypted. @throws VALIDATION_FAILED */
export function clientFrom(settings: SsoSettings, provider: OidcSsoProvider, kept: Kept, metadata: ProviderMetadata) {
  const vendor = oidcVendors[provider];
  const clientId = settings.clientId ?? kept?.clientId;
  if (clientId === undefined) throw invalid('clientId', 'clientId is missing.');
  const hasSecret = (settings.clientSecret ?? kept?.clientSecret ?? null) !== null;
  const pkce = settings.pkce ?? kept?.pkce ?? true;
  if (!pkce && !hasSecret)
    throw invalid('pkce', 'pkce must be on: without a client secret nothing else protects the sign-in.');
  const scopes = settings.scopes ?? kept?.scopes ?? vendor.scopes;
  return {
    name: settings.name ?? kept?.name ?? vendor.name,
    clientId,
    clientAuthMethod: clientAuthMethodFrom(settings, hasSecret, vendor, kept, metadata),
    scopes: ['openid', ...scopes.filter((scope) => scope !== 'openid')],
    pkce,
  };
}

function clientAuthMethodFrom(
  { clientAuthMethod: asked = null }: SsoSettings,
  hasSecret: boolean,
  vendor: OidcVendor,
  kept: Kept,
  { token_endpoint_auth_methods_supported: offered }: ProviderMetadata,
): ClientAuthMethod {
  if (!hasSecret) {
    if (asked === null || asked === 'none') return 'none';
    throw invalid('clientSecret', 'clientSecret is missing: the client is to prove itself by it.');
  }
  if (asked === 'none')
    throw invalid('clientAuthMethod', 'clientAuthMethod cannot be NONE where there is a client secret.');
  const before = kept?.clientAuthMethod === 'none' ? null : kept?.clientAuthMethod;
  const usable = [vendor.clientAuthMethod, 'client_secret_basic', 'client_secret_post'] as const;
  return asked ?? before ?? usable.find((method) => offered.includes(method)) ?? vendor.clientAuthMethod;
}
