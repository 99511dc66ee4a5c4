import type { Grantable, Scope } from '../policy/actor.js';
import { isPermission, listPermissions, type BuiltInRole, type Permission } from '../policy/permissions.js';
import { countingIn, lasting, permissionsOfCounting, roleOfCounting, type Counting } from './standing/counting.js';
import type { Standing } from './standing/standing.types.js';

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
  | { readonly kind: 'apiKey' | 'setupLink' | 'scimToken'; readonly grant: KeyGrant }
  | { readonly kind: 'administrator' | 'system' };

/** Why somebody holds what they hold, so that it can be told. */
export type Grounds =
  | { readonly by: 'instance' }
  | { readonly by: 'membership'; readonly member: MemberGrounds | null }
  | { readonly by: 'key'; readonly reaches: boolean };

/** A member's role in the organization, and what counts in the scope of all that they have. */
export interface MemberGrounds {
  readonly organizationRole: BuiltInRole;
  readonly counting: Counting;
}

export interface Held {
  readonly role: BuiltInRole | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly grounds: Grounds;
  /** As much of it as may be handed on. */
  readonly grantable: Grantable;
}

export const everything = (): Held =>
  forGood({ role: 'OWNER', permissions: new Set(listPermissions()) }, { by: 'instance' });

/** Of an organization that was deleted: what happened in it can still be read. */
export const trailAlone = (): Held =>
  forGood({ role: 'NONE', permissions: new Set(['audit.read']) }, { by: 'instance' });

export const nothing = (grounds: Grounds): Held => forGood({ role: 'NONE', permissions: new Set() }, grounds);

/** A key of a project is worth nothing elsewhere; a key of an organization reaches each of its projects. Keys grant no roles. */
export function holdingOfKey(grant: KeyGrant, scope: Scope): Held {
  const reaches =
    grant.organizationId === scope.organizationId && (grant.projectId === null || grant.projectId === scope.projectId);
  if (!reaches) return nothing({ by: 'key', reaches });
  return forGood({ role: null, permissions: new Set(grant.permissions.filter(isPermission)) }, { by: 'key', reaches });
}

/** @param standing null: no member */
export function holdingOfMember(standing: Standing | null, scope: Scope): Held {
  if (standing === null) return nothing({ by: 'membership', member: null });
  const counting = countingIn(scope, standing);
  return {
    ...heldBy(counting),
    grounds: { by: 'membership', member: { organizationRole: standing.organizationRole, counting } },
    grantable: heldBy(countingIn(scope, lasting(standing))),
  };
}

const heldBy = (counting: Counting) => ({
  role: roleOfCounting(counting),
  permissions: permissionsOfCounting(counting),
});

function forGood(held: Grantable, grounds: Grounds): Held {
  return { ...held, grounds, grantable: held };
}
