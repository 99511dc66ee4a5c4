import { invalid, type AppError } from '../../platform/errors/app-error.js';
import type { Row } from '../../platform/database/row.js';
import { formOf } from '../providers/forms.js';
import type { OidcVendor } from '../providers/oidc-vendor.js';
import { vendors, withScope, type Vendor } from '../providers/providers.js';
import { missingText, type FormFieldName } from '../providers/vendor-form.js';
import type { TypedSaml } from '../saml/saml-settings.js';
import type { ClientAuthMethod } from '../sources/sign-in-source.types.js';
import type { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { CodeProvider, SsoProvider } from '../connections/sso-connection.types.js';

/** What an administrator types. What is left out stays as it was, or is the vendor's default on a new connection. */
export interface SsoSettings {
  readonly domainId: string;
  readonly provider: SsoProvider;
  readonly issuer?: string | null;
  readonly tenantId?: string | null;
  readonly baseUrl?: string | null;
  readonly clientId?: string | null;
  readonly clientSecret?: string | null;
  readonly clientSecretExpiresAt?: Date | null;
  readonly clientAuthMethod?: ClientAuthMethod | null;
  readonly name?: string | null;
  readonly scopes?: readonly string[] | null;
  readonly pkce?: boolean | null;
  readonly signOutAtProvider?: boolean | null;
  readonly saml?: TypedSaml | null;
  readonly activate: boolean;
}

/** What is left out stays as it was here; null on a new connection. */
type Kept = Row<SsoConnectionEntity> | null;

/**
 * The issuer that is meant, exactly as it was typed: what it is called decides whom we believe.
 * @throws VALIDATION_FAILED where it is missing or no issuer (OpenID Connect Discovery 3: no query, no fragment)
 */
export function issuerFrom(settings: SsoSettings, provider: CodeProvider, kept: Kept): string {
  const { issuer = null, tenantId = null, baseUrl = null } = settings;
  const typed = {
    issuer: issuer?.trim() ?? null,
    tenantId: tenantId?.trim() ?? null,
    baseUrl: baseUrl?.trim() ?? null,
  };
  if (kept && Object.values(typed).every((value) => value === null)) return kept.issuer;
  const vendor = vendors[provider];
  refuseIssuerOfGithub(vendor, typed.issuer);
  const found = vendor.issuerOf(typed);
  if (typeof found !== 'string') {
    if (typed[found.field] === null) throw missing(provider, found.field);
    throw invalid(found.field, `${found.field} must be ${found.expected}.`);
  }
  const field = vendor.protocol === 'github' ? 'baseUrl' : 'issuer';
  if (!URL.canParse(found))
    throw invalid(field, `${field} must be an absolute URL, such as https://login.example.com.`);
  if (/[?#]/.test(found)) throw invalid(field, `${field} must have no query and no fragment: give the address alone.`);
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

/**
 * The date belongs to the secret: one that is typed anew has none but what is typed with it.
 * @throws VALIDATION_FAILED for a date that has passed, or of no secret
 */
export function secretExpiryFrom(settings: SsoSettings, kept: Kept, now: Date): Date | null {
  const { clientSecret = null, clientSecretExpiresAt: typed = null } = settings;
  const before = clientSecret === null ? kept : null;
  if (typed === null) return before?.clientSecretExpiresAt ?? null;
  if (clientSecret === null && (kept?.clientSecret ?? null) === null)
    throw invalid('clientSecretExpiresAt', 'clientSecretExpiresAt is of a client secret, and there is none.');
  if (typed <= now)
    throw invalid(
      'clientSecretExpiresAt',
      'clientSecretExpiresAt has passed: enter a client secret that still counts.',
    );
  return typed;
}

/** What the vendor's form says of it is what is demanded. */
function isRequired(provider: CodeProvider, name: FormFieldName): boolean {
  return formOf(provider).fields.some((field) => field.name === name && field.required);
}

function missing(provider: CodeProvider, name: FormFieldName): AppError {
  return invalid(name, missingText(formOf(provider), name));
}

/** GitHub has no issuer: the field is for what a provider calls itself. @throws VALIDATION_FAILED */
function refuseIssuerOfGithub({ protocol }: Vendor, issuer: string | null): void {
  if (protocol === 'github' && issuer !== null)
    throw invalid('issuer', 'GitHub has no issuer: give the address of your own installation as baseUrl.');
}

/**
 * The settings of the client, with the secret still to be encrypted.
 * @param offered the ways to prove a client that the provider takes
 * @throws VALIDATION_FAILED
 */
export function clientFrom(settings: SsoSettings, provider: CodeProvider, kept: Kept, offered: readonly string[]) {
  const vendor = vendors[provider];
  const clientId = settings.clientId ?? kept?.clientId;
  if (clientId === undefined) throw missing(provider, 'clientId');
  const hasSecret = (settings.clientSecret ?? kept?.clientSecret ?? null) !== null;
  if (!hasSecret && isRequired(provider, 'clientSecret')) throw missing(provider, 'clientSecret');
  const pkce = settings.pkce ?? kept?.pkce ?? true;
  if (!pkce && !hasSecret)
    throw invalid('pkce', 'pkce must be on: without a client secret nothing else protects the sign-in.');
  return {
    name: settings.name ?? kept?.name ?? vendor.name,
    clientId,
    clientAuthMethod:
      vendor.protocol === 'github'
        ? githubAuthMethodFrom(settings)
        : clientAuthMethodFrom(settings, hasSecret, vendor, kept, offered),
    scopes: withScope(vendor, settings.scopes ?? kept?.scopes ?? null),
    pkce,
    signOutAtProvider: signOutFrom(settings, vendor, kept),
  };
}

function clientAuthMethodFrom(
  { clientAuthMethod: asked = null }: SsoSettings,
  hasSecret: boolean,
  vendor: OidcVendor,
  kept: Kept,
  offered: readonly string[],
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

/** GitHub takes the secret in the form, and no other proof. */
function githubAuthMethodFrom({ clientAuthMethod: asked = null }: SsoSettings): ClientAuthMethod {
  if (asked !== null && asked !== 'client_secret_post')
    throw invalid('clientAuthMethod', 'clientAuthMethod must be CLIENT_SECRET_POST: GitHub takes no other.');
  return 'client_secret_post';
}

function signOutFrom({ signOutAtProvider: asked = null }: SsoSettings, { protocol }: Vendor, kept: Kept): boolean {
  if (asked === true && protocol === 'github')
    throw invalid('signOutAtProvider', 'signOutAtProvider must be off: GitHub has no way to sign out from here.');
  return asked ?? kept?.signOutAtProvider ?? false;
}
