import { AppError } from '../platform/errors/app-error.js';
import type { Actor, Grantable, Scope } from './actor.js';
import type { BuiltInRole, Permission } from './permissions.js';
import { isAtLeast, permissionsOf } from './roles.js';

/**
 * Nobody grants what they do not hold: neither a role above their own, nor one with a permission that they lack.
 * @throws CANNOT_GRANT
 */
export async function refuseRoleBeyond(actor: Actor, scope: Scope, role: BuiltInRole): Promise<void> {
  refuseRole(await actor.grantableIn(scope), scope, role, `asked to grant ${role}`);
}

/**
 * Nobody changes somebody who stands above them. What is held until a date counts here: it is used, and not handed on.
 * @throws CANNOT_GRANT
 */
export async function refuseAbove(actor: Actor, scope: Scope, role: BuiltInRole): Promise<void> {
  const own = { role: await actor.roleIn(scope), permissions: await actor.permissionsIn(scope) };
  refuseRole(own, scope, role, `asked to change who has ${role}`);
}

function refuseRole(own: Grantable, { projectId }: Scope, role: BuiltInRole, attempt: string): void {
  if (own.role !== null && !isAtLeast(own.role, role)) {
    throw new AppError('CANNOT_GRANT', { detail: `${own.role} ${attempt}` });
  }
  refuseBeyond(own.permissions, permissionsOf(role, projectId === null ? 'organization' : 'project'));
  // A role of the organization counts in its projects too. A key has no role to compare, but says what it may do there.
  if (own.role === null) refuseBeyond(own.permissions, permissionsOf(role, 'project'));
}

/** @throws CANNOT_GRANT when one of the permissions is not the actor's to hand on in `scope` */
export async function refusePermissionsBeyond(actor: Actor, scope: Scope, asked: Iterable<Permission>): Promise<void> {
  refuseBeyond((await actor.grantableIn(scope)).permissions, asked);
}

/**
 * For what counts in a project, or in an organization and each of its projects.
 * @throws CANNOT_GRANT when one of the permissions is not the actor's to hand on, wherever it would count
 */
export async function refuseAnywhereBeyond(actor: Actor, scope: Scope, asked: Iterable<Permission>): Promise<void> {
  if (scope.projectId !== null) return refusePermissionsBeyond(actor, scope, asked);
  refuseBeyond(await actor.grantableThroughout(scope.organizationId), asked);
}

/** @throws CANNOT_GRANT when one of the permissions is not among those held */
export function refuseBeyond(held: ReadonlySet<Permission>, asked: Iterable<Permission>): void {
  const beyond = [...asked].filter((permission) => !held.has(permission));
  if (beyond.length > 0) throw new AppError('CANNOT_GRANT', { detail: `asked for ${beyond.join(', ')}` });
}
