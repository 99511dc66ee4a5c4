/** How a person proved who they are. */
export type SignInMethod = 'password' | 'oidc' | 'oauth2';

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly method: SignInMethod;
  /** The key of the provider or connection that proved the identity; null for a password. */
  readonly connection: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A session just opened: what goes into the cookie, once. */
export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
}
