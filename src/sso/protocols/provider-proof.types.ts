/**
 * What a provider has proven of somebody: taken from an ID token or a SAML assertion whose every check has passed, or from
 * GitHub's own API.
 */
export interface ProviderProof {
  readonly issuer: string;
  /** Names the person at that issuer, for ever; at most 255 characters. */
  readonly subject: string;
  /** As the provider wrote it; null where it named none. */
  readonly email: string | null;
  /** As the provider sent it, of whatever type: only boolean `true` says that it has verified the email. */
  readonly emailVerified: unknown;
  readonly name: string | null;
  /** All that the provider said: the ID token, and userinfo where that was asked; or the attributes of the assertion. */
  readonly claims: Readonly<Record<string, unknown>>;
}
