import type { BuiltInRole } from '../../policy/permissions.js';
import type { ProvisionedRole } from '../scim-client.types.js';

/** A directory's token, as those see it who manage it. */
export interface ScimToken {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  /** Its start and its last four characters. */
  readonly display: string;
  /** The built-in role that new people get. */
  readonly role: ProvisionedRole;
  /** Who made it, as the trail knows them. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What somebody asks for. */
export interface NewScimToken {
  readonly name: string;
  readonly expiresAt?: Date | null | undefined;
  readonly role?: BuiltInRole | null | undefined;
}

/** A token was found where strangers can read it. */
export interface Leak {
  /** Where, as far as that can be told. */
  readonly foundAt: string | null;
}
