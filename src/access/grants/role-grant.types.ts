import type { GivenRole } from '../standing/standing.types.js';

/** A role that a member or a group has beside the roles of memberships. */
export interface RoleGrant {
  readonly id: string;
  readonly organizationId: string;
  /** Null: in the organization, and so in each of its projects. */
  readonly projectId: string | null;
  /** Null: a group has it. */
  readonly userId: string | null;
  readonly groupId: string | null;
  readonly role: GivenRole;
  /** When it ends by itself; null: for good. */
  readonly expiresAt: Date | null;
  readonly reason: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface NewRoleGrant {
  readonly userId?: string | null | undefined;
  readonly groupId?: string | null | undefined;
  /** A built-in role's name, or the id of one of the organization's own. */
  readonly roleId: string;
  readonly expiresAt?: Date | null | undefined;
  readonly reason?: string | null | undefined;
}
