import type { SamlIdentityProvider } from '../saml/saml-identity-provider.types.js';
import type { ClientAuthMethod } from '../sources/sign-in-source.types.js';

/** The vendors that the schema names. */
export const ssoProviders = [
  'OKTA',
  'AUTHENTIK',
  'ONELOGIN',
  'AZURE_AD',
  'KEYCLOAK',
  'WORKOS',
  'JUMPCLOUD',
  'GOOGLE',
  'GITHUB',
  'GITHUB_ENTERPRISE',
  'GITLAB',
  'AUTH0',
  'COGNITO',
  'CUSTOM',
  'SAML',
] as const;
export type SsoProvider = (typeof ssoProviders)[number];

/** Those whose proof is a code that we redeem: all but SAML's, which the browser brings along. */
export type CodeProvider = Exclude<SsoProvider, 'SAML'>;

/**
 * - `DRAFT`: kept, and used by nobody
 * - `TESTED`: a test sign-in has passed
 * - `ACTIVE`: people of the domain may sign in with it
 * - `ENFORCED`: people of the domain can sign in no other way
 * - `DISABLED`: switched off
 */
export const ssoConnectionStates = ['DRAFT', 'TESTED', 'ACTIVE', 'ENFORCED', 'DISABLED'] as const;
export type SsoConnectionState = (typeof ssoConnectionStates)[number];

/** What a sign-in at the provider is made with. Never with the secret. */
export interface ConnectionSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  /** When the secret stops counting at the provider; null where nobody has told. */
  readonly clientSecretExpiresAt: Date | null;
  readonly clientAuthMethod: ClientAuthMethod;
  readonly scopes: readonly string[];
  readonly pkce: boolean;
  /** Null unless it speaks SAML. */
  readonly saml: SamlIdentityProvider | null;
  /** When these very settings passed a test sign-in; null where they have not yet. */
  readonly testedAt: Date | null;
}

/** An organization's identity provider, for the people of one of its verified domains. */
export interface SsoConnection extends ConnectionSettings {
  readonly id: string;
  readonly organizationId: string;
  readonly domainId: string;
  /** `<domain>.<provider>` in lower case with dashes. */
  readonly key: string;
  readonly provider: SsoProvider;
  readonly name: string;
  readonly state: SsoConnectionState;
  readonly signOutAtProvider: boolean;
  readonly callbackUrl: string;
  readonly initiateUrl: string;
  /** When it is to be enforced; null where nobody has planned that. */
  readonly enforcementStartsAt: Date | null;
  readonly createdAt: Date;
}

/** Settings that are to take over from those that a connection is enforced with. */
export interface SsoCandidate extends ConnectionSettings {
  readonly connectionId: string;
  readonly createdAt: Date;
}
