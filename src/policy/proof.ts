/**
 * How a person proved who they are.
 * - `password`: their password
 * - `oidc`: an OpenID provider · `oauth2`: a provider that has OAuth 2.0 alone (GitHub)
 * - `saml`: an identity provider that speaks SAML 2.0
 * - `passkey`: a passkey and nothing else (WebAuthn, with user verification: two factors in one)
 */
export type SignInMethod = 'password' | 'oidc' | 'oauth2' | 'saml' | 'passkey';

/** What a person proved in addition to the first factor. */
export type SecondFactor = 'totp' | 'passkey' | 'recoveryCode';

/** What a session remembers of how its person proved who they are. A program proves itself with each request, and has none. */
export interface Proof {
  readonly method: SignInMethod;
  /** The key of the provider or connection that vouched for them; null for a password and for a passkey. */
  readonly connection: string | null;
  readonly secondFactor: SecondFactor | null;
  /** When they last proved it: at the sign-in, or later when that was asked again. */
  readonly provenAt: Date;
  /** When the session was opened: its provider or connection has spoken then, and not since. */
  readonly createdAt: Date;
}

/** What a sign-in proves, before it has become a session. */
export type NewProof = Omit<Proof, 'provenAt' | 'createdAt'>;

/** Whether more than a password alone stands behind it. What a provider asks of its people is its own business. */
export function hasSecondFactor({ method, secondFactor }: Proof): boolean {
  return method !== 'password' || secondFactor !== null;
}

/** Whether they proved here, and not to a provider, what a password alone does not. */
export function hasOwnSecondFactor({ method, secondFactor }: Proof): boolean {
  return method === 'passkey' || secondFactor !== null;
}
