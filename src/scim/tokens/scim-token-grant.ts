import type { Permission } from '../../policy/permissions.js';
import { permissionsOf } from '../../policy/roles.js';

/** A directory brings people, puts them into groups and hands on roles up to this one; nothing of an owner's. */
const STRONGEST_ROLE = 'ADMIN';

/** What whoever has a token may do in the organization and each of its projects. */
export function permissionsOfToken(): Permission[] {
  return [...new Set([...permissionsOf(STRONGEST_ROLE, 'organization'), ...permissionsOf(STRONGEST_ROLE, 'project')])];
}
