import type { SamlAttributeNames } from '../sources/sign-in-source.types.js';

/** What is kept of a SAML identity provider beside its entityID, and how it is asked. */
export interface SamlIdentityProvider {
  /** Where its metadata was read, and is read again; null where it was pasted. */
  readonly metadataUrl: string | null;
  /** Its SingleSignOnService with the HTTP-Redirect binding. */
  readonly ssoUrl: string;
  readonly certificates: readonly SamlProviderCertificate[];
  readonly signRequests: boolean;
  /** Whether a sign-in may begin there: an answer that nobody here asked for begins an ordinary sign-in then. */
  readonly allowIdpInitiated: boolean;
  /** The form of name that is asked for, a URN; null leaves it to the provider. */
  readonly nameIdFormat: string | null;
  readonly attributes: SamlAttributeNames;
}

export interface SamlProviderCertificate {
  readonly pem: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** SHA-256, in pairs of hex digits. */
  readonly fingerprint: string;
}
