import type { Actor, Scope } from '../../policy/actor.js';
import { refuseAnywhereBeyond, refuseRoleBeyond } from '../../policy/granting.js';
import { permissionsOfRole } from './counting.js';
import type { GivenRole } from './standing.types.js';

/** A role, and where it is given. */
export interface GivenIn {
  readonly organizationId: string;
  /** Null: in the organization, and so in each of its projects. */
  readonly projectId: string | null;
  readonly role: GivenRole;
}

/**
 * Nobody gives a role that holds what they do not hold themselves, nor takes one like that from others.
 * @throws CANNOT_GRANT
 */
export async function refuseGivingBeyond(actor: Actor, { organizationId, projectId, role }: GivenIn): Promise<void> {
  const scope: Scope = { organizationId, projectId };
  if (role.kind === 'builtIn') return refuseRoleBeyond(actor, scope, role.role);
  const inProjects = permissionsOfRole(role, 'project');
  const given = projectId === null ? [...permissionsOfRole(role, 'organization'), ...inProjects] : inProjects;
  return refuseAnywhereBeyond(actor, scope, given);
}
