import {
  builtInRoles,
  countsAt,
  definitionOf,
  listPermissions,
  type BuiltInRole,
  type Permission,
} from './permissions.js';

type Level = 'organization' | 'project';

const strength = (role: BuiltInRole): number => builtInRoles.indexOf(role);

/** Asked for with every request, so it is worked out once for each catalogue. */
let known = { names: listPermissions(), byRole: workedOut() };

/** The permissions that a built-in role gives at one level. */
export function permissionsOf(role: BuiltInRole, level: Level): ReadonlySet<Permission> {
  if (known.names !== listPermissions()) known = { names: listPermissions(), byRole: workedOut() };
  return known.byRole[role][level];
}

/** Whether `role` gives at least everything that `other` gives. Built-in roles are nested, so strength decides. */
export function isAtLeast(role: BuiltInRole, other: BuiltInRole): boolean {
  return strength(role) >= strength(other);
}

/** The stronger of two. */
export const stronger = (one: BuiltInRole, other: BuiltInRole): BuiltInRole => (isAtLeast(one, other) ? one : other);

function workedOut(): Readonly<Record<BuiltInRole, Readonly<Record<Level, ReadonlySet<Permission>>>>> {
  const of = (role: BuiltInRole) => ({ organization: heldAt(role, 'organization'), project: heldAt(role, 'project') });
  return { NONE: of('NONE'), VIEWER: of('VIEWER'), MEMBER: of('MEMBER'), ADMIN: of('ADMIN'), OWNER: of('OWNER') };
}

function heldAt(role: BuiltInRole, level: Level): ReadonlySet<Permission> {
  return new Set(
    listPermissions().filter((name) => countsAt(name, level) && strength(role) >= strength(definitionOf(name).from)),
  );
}
