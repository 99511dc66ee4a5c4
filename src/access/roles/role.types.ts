import type { BuiltInRole, Permission } from '../../policy/permissions.js';

/** A role of an organization's own: a name for a set of permissions, of both levels. */
export interface Role {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
  readonly createdAt: Date;
}

/** Any role that an organization can give. A built-in one has its name for an id. */
export interface RoleDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly builtIn: BuiltInRole | null;
  readonly organizationPermissions: readonly Permission[];
  readonly projectPermissions: readonly Permission[];
}

export interface NewRole {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly permissions: readonly string[];
}

/** What is left out stays as it was. */
export interface RoleChange {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly permissions?: readonly string[] | null | undefined;
}
