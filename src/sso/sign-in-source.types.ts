import type { Secret } from '../platform/crypto/secret.js';

/** How the client proves itself at the token endpoint (OpenID Connect Core 9). */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;
export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** What is needed to sign people in at one OpenID provider. */
export interface OidcSettings {
  /** Exactly as the provider writes it in its tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: Secret | null;
  readonly clientAuthMethod: ClientAuthMethod;
  /** `openid` is always among them. */
  readonly scopes: readonly string[];
  /** Proof Key for Code Exchange (RFC 7636), always S256. Off by explicit setting alone. */
  readonly pkce: boolean;
  /** The claims that may say whether the provider has verified the email: the first that is sent counts. */
  readonly emailVerifiedClaims: readonly string[];
}

/** A way to sign in through somebody else: a provider of the whole instance, or an organization's connection. */
export interface SignInSource {
  /** Its name in addresses: `google`, `acme.com.okta`. */
  readonly key: string;
  /** What a person reads. */
  readonly name: string;
  /** Path that begins a sign-in. */
  readonly loginUrl: string;
  /** The redirect URI to register at the provider. */
  readonly callbackUrl: string;
  /** The same for a sign-in that began at the older address. */
  readonly aliasCallbackUrl: string;
  readonly kind: 'provider' | 'connection';
  /** Null for a provider of the instance, as the next two are. */
  readonly connectionId: string | null;
  readonly organizationId: string | null;
  /** The verified domain that the connection speaks for. */
  readonly domain: string | null;
  /** Where subjects are unique: the connection's id, or `provider:<key>`. */
  readonly identitySource: string;
  /** Whether somebody without an account gets one. */
  readonly allowSignUp: boolean;
  /** Canonical email domains that may sign in; empty for all. */
  readonly allowedDomains: readonly string[];
  readonly requireEmailVerified: boolean;
  /** Whether an existing account is entered by its email, once the provider has verified that. */
  readonly allowAccountLinking: boolean;
  readonly oidc: OidcSettings;
}
