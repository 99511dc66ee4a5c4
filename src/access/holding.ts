import { isPermission, permissionNames, type BuiltInRole, type Permission } from '../policy/permissions.js';
import type { Scope } from '../policy/actor.js';

/** What a key may do, as it is stored. */
export interface KeyGrant {
  readonly organizationId: string;
  /** Null: a key of the whole organization. */
  readonly projectId: string | null;
  readonly permissions: readonly string[];
}

/** Whoever may hold something: an identity without the way in which it was proven. */
export type Holder =
  | { readonly kind: 'user'; readonly id: string; readonly isInstanceAdministrator: boolean }
  | { readonly kind: 'apiKey' | 'setupLink'; readonly grant: KeyGrant }
  | { readonly kind: 'administrator' | 'system' };

/** Why somebody holds what they hold, so that it can be told. */
export type Grounds =
  | { readonly by: 'instance' }
  | {
      readonly by: 'membership';
      /** Null: they are no member. */
      readonly organizationRole: BuiltInRole | null;
      /** Null: the organization's role counts. */
      readonly projectRole: BuiltInRole | null;
    }
  | { readonly by: 'key'; readonly reaches: boolean };

export interface Held {
  readonly role: BuiltInRole | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly grounds: Grounds;
}

export const everything: Held = {
  role: 'OWNER',
  permissions: new Set(permissionNames),
  grounds: { by: 'instance' },
};

export const nothing = (grounds: Grounds): Held => ({ role: 'NONE', permissions: new Set(), grounds });

/** A key of a project is worth nothing elsewhere; a key of an organization reaches each of its projects. Keys grant no roles. */
export function holdingOfKey(grant: KeyGrant, scope: Scope): Held {
  const reaches =
    grant.organizationId === scope.organizationId && (grant.projectId === null || grant.projectId === scope.projectId);
  if (!reaches) return nothing({ by: 'key', reaches });
  return { role: null, permissions: new Set(grant.permissions.filter(isPermission)), grounds: { by: 'key', reaches } };
}
