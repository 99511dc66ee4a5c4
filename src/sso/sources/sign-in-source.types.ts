import type { Secret } from '../../platform/crypto/secret.js';
import type { SigningKey } from '../../platform/crypto/signing-key.js';
import type { OidcQuirks } from '../providers/oidc-vendor.js';

/** How the client proves itself at the token endpoint (OpenID Connect Core 9). */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** A private key of ours whose public half the provider has (RFC 7523). */
export interface ClientKey {
  readonly key: SigningKey;
  /** What the provider calls it; null where it has but one. */
  readonly id: string | null;
}

/** We, as a client of a provider, whatever we speak with it. */
interface ClientSettings {
  /** Names the provider, and with it its people. For OpenID Connect exactly as the provider writes it in its tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: Secret | null;
  readonly scopes: readonly string[];
  /** Proof Key for Code Exchange (RFC 7636), always S256. Off by explicit setting alone. */
  readonly pkce: boolean;
}

/** What is needed to sign people in at one OpenID provider. `openid` is always among the scopes. */
export interface OidcSettings extends ClientSettings {
  readonly clientAuthMethod: ClientAuthMethod;
  /** Null unless the method is `private_key_jwt`. */
  readonly clientKey: ClientKey | null;
  readonly claims: ClaimNames;
  /** The organizations of the provider whose accounts alone may sign in (`hd`); empty for all, and where it has no such claim. */
  readonly hostedDomains: readonly string[];
  readonly quirks: OidcQuirks;
}

/** What the claims are called that tell of a person. The subject is always `sub`. */
export interface ClaimNames {
  readonly email: string;
  readonly name: string;
  /** The claim that says whether the provider has verified the email; then those that must not deny it, where they are sent. */
  readonly emailVerified: readonly string[];
}

/** What is needed to sign people in at GitHub, or an installation of it. The issuer is its web address. */
export interface GithubSettings extends ClientSettings {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** No slash at its end. */
  readonly apiUrl: string;
}

/** Our own key, as it is known to one SAML identity provider. */
export interface SamlKeyPair {
  /** PKCS#8 in PEM. */
  readonly privateKey: Secret;
  /** PEM. */
  readonly certificate: string;
}

/** A certificate of an identity provider. That it has expired is told to administrators and keeps nobody out. */
export interface SamlCertificate {
  readonly pem: string;
  readonly notAfter: Date;
}

/** What the attributes are called that tell of a person. Null for the usual names, one after the other. */
export interface SamlAttributeNames {
  /** Null for the NameID. */
  readonly subject: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly groups: string | null;
}

/** What is needed to sign people in at one SAML 2.0 identity provider. */
export interface SamlSettings {
  /** The entityID of the identity provider, to the letter. */
  readonly issuer: string;
  /** Its SingleSignOnService with the HTTP-Redirect binding. */
  readonly ssoUrl: string;
  /** Any of them may prove a signature, so that the provider can change its key while people sign in. */
  readonly certificates: readonly SamlCertificate[];
  readonly ourEntityId: string;
  /** Our assertion consumer service: the one address that responses may be meant for. */
  readonly acsUrl: string;
  readonly signRequests: boolean;
  /** Signs our requests and opens encrypted assertions. */
  readonly keyPair: SamlKeyPair;
  readonly attributes: SamlAttributeNames;
  /** The form of name that is asked for, a URN; null leaves it to the provider. */
  readonly nameIdFormat: string | null;
}

/** By protocol: what has to be known of a provider that speaks it. */
export interface SettingsOf {
  readonly oidc: OidcSettings;
  readonly github: GithubSettings;
  readonly saml: SamlSettings;
}

export type Protocol = keyof SettingsOf;

/** Whose a way to sign in is: an organization's connection, or the instance's where both are null. */
export interface ConnectionOwner {
  readonly organizationId: string | null;
  readonly connectionId: string | null;
}

/** What is the same of every way to sign in through somebody else, whatever the protocol. */
export interface SourceFacts {
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
  /** Null for a provider of the instance, as the next is. */
  readonly connectionId: string | null;
  readonly organizationId: string | null;
  /** Where subjects are unique: the connection's id, or `provider:<key>`. */
  readonly identitySource: string;
  /** Whether somebody without an account gets one. */
  readonly allowSignUp: boolean;
  /** Canonical email domains that may sign in; empty for all. A connection's are those that it speaks for, as far as they are proven. */
  readonly allowedDomains: readonly string[];
  readonly requireEmailVerified: boolean;
  /** Whether an existing account is entered by its email, once the provider has verified that. */
  readonly allowAccountLinking: boolean;
  /** Whether an answer that nobody here has asked for begins an ordinary sign-in. It is believed in no case. */
  readonly allowIdpInitiated: boolean;
  /** Whether signing out here leads on to signing out there. */
  readonly signOutAtProvider: boolean;
}

export interface SourceOf<P extends Protocol> extends SourceFacts {
  readonly protocol: P;
  readonly settings: SettingsOf[P];
}

/** A way to sign in through somebody else: a provider of the whole instance, or an organization's connection. */
export type SignInSource = { [P in Protocol]: SourceOf<P> }[Protocol];
