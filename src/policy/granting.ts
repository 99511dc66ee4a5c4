import { AppError } from '../platform/errors/app-error.js';
import type { Actor, Scope } from './actor.js';
import type { BuiltInRole, Permission } from './permissions.js';
import { isAtLeast, permissionsOf } from './roles.js';

/**
 * Nobody grants what they do not hold: neither a role above their own, nor one with a permission that they lack.
 * @throws CANNOT_GRANT
 */
export async function refuseRoleBeyond(actor: Actor, scope: Scope, role: BuiltInRole): Promise<void> {
  const own = await actor.roleIn(scope);
  if (own !== null && !isAtLeast(own, role)) {
    throw new AppError('CANNOT_GRANT', { detail: `${own} asked to grant ${role}` });
  }
  await refusePermissionsBeyond(
    actor,
    scope,
    permissionsOf(role, scope.projectId === null ? 'organization' : 'project'),
  );
  // A role of the organization counts in its projects too. A key has no role to compare, but says what it may do there.
  if (own === null) await refusePermissionsBeyond(actor, scope, permissionsOf(role, 'project'));
}

/** @throws CANNOT_GRANT when one of the permissions is not the actor's in `scope` */
export async function refusePermissionsBeyond(actor: Actor, scope: Scope, asked: Iterable<Permission>): Promise<void> {
  refuseBeyond(await actor.permissionsIn(scope), asked);
}

/** @throws CANNOT_GRANT when one of the permissions is not among those held */
export function refuseBeyond(held: ReadonlySet<Permission>, asked: Iterable<Permission>): void {
  const beyond = [...asked].filter((permission) => !held.has(permission));
  if (beyond.length > 0) throw new AppError('CANNOT_GRANT', { detail: `asked for ${beyond.join(', ')}` });
}
