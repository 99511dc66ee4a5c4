import { builtInRoles, definitionOf, permissionNames, type BuiltInRole, type Permission } from './permissions.js';

const strength = (role: BuiltInRole): number => builtInRoles.indexOf(role);

const nobody: ReadonlySet<Permission> = new Set();

const byRole = new Map(
  builtInRoles.map((role) => [
    role,
    {
      organization: heldAt(role, 'organization'),
      project: heldAt(role, 'project'),
    },
  ]),
);

/** The permissions that a built-in role gives at one level. */
export function permissionsOf(role: BuiltInRole, level: 'organization' | 'project'): ReadonlySet<Permission> {
  return byRole.get(role)?.[level] ?? nobody;
}

/** Whether `role` gives at least everything that `other` gives. Built-in roles are nested, so strength decides. */
export function isAtLeast(role: BuiltInRole, other: BuiltInRole): boolean {
  return strength(role) >= strength(other);
}

function heldAt(role: BuiltInRole, level: 'organization' | 'project'): ReadonlySet<Permission> {
  return new Set(
    permissionNames.filter((name) => {
      const { level: where, from } = definitionOf(name);
      return (where === level || where === 'both') && strength(role) >= strength(from);
    }),
  );
}
