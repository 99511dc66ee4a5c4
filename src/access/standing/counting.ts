import type { Reach, Scope } from '../../policy/actor.js';
import { countsAt, isPermission, type BuiltInRole, type Permission } from '../../policy/permissions.js';
import { permissionsOf, stronger } from '../../policy/roles.js';
import type { GivenRole, Standing, StandingGrant } from './standing.types.js';

type Level = 'organization' | 'project';

/** What of a member's standing counts in one scope. */
export interface Counting {
  readonly level: Level;
  /** The role of the membership, or the project's in its place. */
  readonly base: BuiltInRole;
  readonly baseOf: 'ORGANIZATION' | 'PROJECT';
  readonly grants: readonly StandingGrant[];
}

/** In a project: what was given there replaces what was given in the organization, up or down; and NONE hides the project, whatever was. */
export function countingIn({ projectId }: Pick<Scope, 'projectId'>, standing: Standing): Counting {
  const { organizationRole, projectRoles, grants } = standing;
  if (projectId === null) {
    const own = grants.filter((grant) => grant.projectId === null);
    return { level: 'organization', base: organizationRole, baseOf: 'ORGANIZATION', grants: own };
  }
  const here = grants.filter((grant) => grant.projectId === null || grant.projectId === projectId);
  const role = projectRoles.get(projectId);
  if (role === undefined) return { level: 'project', base: organizationRole, baseOf: 'ORGANIZATION', grants: here };
  const there = role === 'NONE' ? [] : here.filter((grant) => grant.projectId === projectId);
  return { level: 'project', base: role, baseOf: 'PROJECT', grants: there };
}

/** Without what ends at a date: as much as somebody may hand on. */
export function lasting(standing: Standing): Standing {
  return lastingUntil(null, standing);
}

/** What somebody will have at a time; null: for good. */
export function lastingUntil(end: Date | null, standing: Standing): Standing {
  const lasts = ({ expiresAt }: StandingGrant) => expiresAt === null || (end !== null && expiresAt >= end);
  return { ...standing, grants: standing.grants.filter(lasts) };
}

export function permissionsOfCounting({ level, base, grants }: Counting): ReadonlySet<Permission> {
  if (grants.length === 0) return permissionsOf(base, level);
  const all = new Set(permissionsOf(base, level));
  for (const { role } of grants) for (const permission of permissionsOfRole(role, level)) all.add(permission);
  return all;
}

/** The strongest built-in role among all that count. */
export function roleOfCounting({ base, grants }: Counting): BuiltInRole {
  return grants.reduce((role, grant) => (grant.role.kind === 'builtIn' ? stronger(role, grant.role.role) : role), base);
}

/** What a role gives at one level. */
export function permissionsOfRole(role: GivenRole, level: Level): ReadonlySet<Permission> {
  if (role.kind === 'builtIn') return permissionsOf(role.role, level);
  return new Set(role.permissions.filter(isPermission).filter((permission) => countsAt(permission, level)));
}

/**
 * Whether a member would hold nothing more by a role that were given to them. One of the organization would count in each
 * project where they have no role of their own.
 */
export function holdsAllOf(role: GivenRole, { projectId }: Pick<Scope, 'projectId'>, standing: Standing): boolean {
  const places = projectId === null ? [null, anyOtherProject] : [projectId];
  return places.every((place) => {
    const counting = countingIn({ projectId: place }, standing);
    const held = permissionsOfCounting(counting);
    return [...permissionsOfRole(role, counting.level)].every((permission) => held.has(permission));
  });
}

/** The grant by which somebody holds a permission; undefined where their role gives it to them already. */
export function grantHolding({ base, level, grants }: Counting, permission: Permission): StandingGrant | undefined {
  if (permissionsOf(base, level).has(permission)) return undefined;
  return grants.find(({ role }) => permissionsOfRole(role, level).has(permission));
}

export const nameOfRole = (role: GivenRole): string => (role.kind === 'builtIn' ? role.role : role.name);

/** What a member holds in the organization and in each of its projects, also where one has another role for them. */
export function permissionsThroughout(standing: Standing): ReadonlySet<Permission> {
  const inOrganization = permissionsOfCounting(countingIn({ projectId: null }, standing));
  const inProjects = [anyOtherProject, ...standing.projectRoles.keys()].map((projectId) =>
    permissionsOfCounting(countingIn({ projectId }, standing)),
  );
  const isHeld = (permission: Permission) =>
    (!countsAt(permission, 'organization') || inOrganization.has(permission)) &&
    (!countsAt(permission, 'project') || inProjects.every((held) => held.has(permission)));
  return new Set([...inOrganization, ...(inProjects[0] ?? [])].filter(isHeld));
}

/** The projects in which a member holds something. */
export function reachOf(permission: Permission, standing: Standing): Reach {
  const holdsIn = (projectId: string) => permissionsOfCounting(countingIn({ projectId }, standing)).has(permission);
  const everywhere = holdsIn(anyOtherProject);
  const { projectRoles, grants } = standing;
  const spokenOf = new Set([...projectRoles.keys(), ...grants.flatMap((grant) => grant.projectId ?? [])]);
  return { everywhere, projectIds: [...spokenOf].filter((projectId) => holdsIn(projectId) !== everywhere) };
}

/** Stands for each project in which nothing was given to a member: an id is never empty. */
export const anyOtherProject = '';
