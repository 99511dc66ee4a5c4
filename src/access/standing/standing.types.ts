import type { BuiltInRole } from '../../policy/permissions.js';

/** The built-in roles that can be granted beside a membership's. Ownership is a membership's alone: one can be the last to have it. */
const grantableRoles = ['ADMIN', 'MEMBER', 'VIEWER'] as const;
export type GrantableRole = (typeof grantableRoles)[number];

/** A role as something gives it: a built-in one, or one of the organization's own. */
export type GivenRole =
  | { readonly kind: 'builtIn'; readonly role: BuiltInRole }
  | { readonly kind: 'custom'; readonly id: string; readonly name: string; readonly permissions: readonly string[] };

/** A role as a row has it: exactly one of the two is set. */
export interface StoredRole {
  readonly builtInRole: GrantableRole | null;
  readonly roleId: string | null;
}

export const isGrantable = (role: string): role is GrantableRole => grantableRoles.some((name) => name === role);

export const asStored = (role: GivenRole): StoredRole => ({
  builtInRole: role.kind === 'builtIn' && isGrantable(role.role) ? role.role : null,
  roleId: role.kind === 'custom' ? role.id : null,
});

/** A role that somebody has beside their membership's, and has still. */
export interface StandingGrant {
  readonly id: string;
  readonly role: GivenRole;
  /** Null: in the organization, and so in each of its projects. */
  readonly projectId: string | null;
  /** The group that has it, and they through it; null: they themselves. */
  readonly group: { readonly id: string; readonly name: string } | null;
  /** Null: for good. */
  readonly expiresAt: Date | null;
}

/** All that decides what a member may do. */
export interface Standing {
  readonly organizationRole: BuiltInRole;
  /** By project: the role that is set there, in place of the organization's. */
  readonly projectRoles: ReadonlyMap<string, BuiltInRole>;
  readonly grants: readonly StandingGrant[];
}
