/** A person as other modules and callers see one: never with a hash. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly emailVerified: boolean;
  readonly isInstanceAdministrator: boolean;
  readonly isDeactivated: boolean;
  /** The organization whose directory has deactivated the account; null where an instance administrator has, or nobody. */
  readonly deactivatedByDirectoryOf: string | null;
  /** Whether they have yet to sign in for the first time. */
  readonly isNew: boolean;
  readonly createdAt: Date;
}

/** A user, and the organization whose trail tells of them. */
export interface Account {
  readonly user: User;
  readonly organizationId: string | null;
}

export interface NewUser {
  /** A new one unless given. */
  readonly id?: string;
  /** Canonical, as `parseEmailAddress` gives it. */
  readonly email: string;
  readonly name: string;
  readonly passwordHash?: string | null;
  readonly emailVerified?: boolean;
  readonly isInstanceAdministrator?: boolean;
}

/** What a source of identities calls a person. */
export interface IdentityKey {
  /** A connection's id, or `provider:<key>`. */
  readonly source: string;
  readonly issuer: string;
  readonly subject: string;
}

/** One of a person's identities, as it is kept. */
export interface Identity extends IdentityKey {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date;
}
