import type { Permission } from '../../policy/permissions.js';

/** A named owner of keys that outlives whoever made it. */
export interface ServiceAccount {
  readonly id: string;
  readonly organizationId: string;
  /** Null: of the organization, as its keys are. */
  readonly projectId: string | null;
  readonly name: string;
  readonly description: string | null;
  /** What its keys may do at most. */
  readonly permissions: readonly Permission[];
  /** The id of the user or key that made it, or the kind of another actor. */
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface NewServiceAccount {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** Names of permissions. */
  readonly permissions: readonly string[];
}

/** What is left out stays as it is. */
export interface ServiceAccountChange {
  readonly name?: string | null | undefined;
  /** Empty: none any more. */
  readonly description?: string | null | undefined;
  readonly permissions?: readonly string[] | null | undefined;
}
