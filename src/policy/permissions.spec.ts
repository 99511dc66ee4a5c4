import { afterEach, describe, expect, it } from '@jest/globals';
import {
  builtInRoles,
  configureCatalogue,
  definitionOf,
  isPermission,
  listPermissions,
  ownPermissions,
  permissions,
  type BuiltInRole,
  type Permission,
} from './permissions.js';
import { isAtLeast, permissionsOf } from './roles.js';

const everyPermissionOf = (role: BuiltInRole): Set<Permission> =>
  new Set([...permissionsOf(role, 'organization'), ...permissionsOf(role, 'project')]);

const holdersAt = (permission: Permission, level: 'organization' | 'project'): BuiltInRole[] =>
  builtInRoles.filter((role) => permissionsOf(role, level).has(permission));

describe('the role matrix of the contract', () => {
  it.each([
    ['traces.read', 'project', ['VIEWER', 'MEMBER', 'ADMIN', 'OWNER']],
    ['traces.create', 'project', ['MEMBER', 'ADMIN', 'OWNER']],
    ['prompts.manage', 'project', ['MEMBER', 'ADMIN', 'OWNER']],
    ['members.manage', 'project', ['ADMIN', 'OWNER']],
    ['members.manage', 'organization', ['ADMIN', 'OWNER']],
    ['billing.manage', 'organization', ['OWNER']],
  ] as const)('gives %s (%s) to %j and to nobody else', (permission, level, holders) => {
    expect(holdersAt(permission, level)).toEqual(holders);
  });

  it.each([
    ['members.read', 'MEMBER'],
    ['apiKeys.read', 'MEMBER'],
    ['projects.create', 'ADMIN'],
    ['project.update', 'ADMIN'],
    ['project.delete', 'ADMIN'],
    ['apiKeys.manage', 'ADMIN'],
    ['domains.manage', 'ADMIN'],
    ['sso.manage', 'ADMIN'],
    ['scim.manage', 'ADMIN'],
    ['audit.read', 'ADMIN'],
    ['organization.delete', 'OWNER'],
    ['organizationKeys.manage', 'OWNER'],
  ] as const)('gives %s from %s upwards', (permission, from) => {
    const holders = builtInRoles.filter((role) => everyPermissionOf(role).has(permission));
    expect(holders).toEqual(builtInRoles.slice(builtInRoles.indexOf(from)));
  });

  it('gives NONE nothing', () => {
    expect([...everyPermissionOf('NONE')]).toEqual([]);
  });

  it('lets a VIEWER read and nothing else', () => {
    expect([...everyPermissionOf('VIEWER')].filter((permission) => !permission.endsWith('.read'))).toEqual([]);
  });

  it('gives an OWNER every permission of the catalogue', () => {
    expect([...everyPermissionOf('OWNER')].sort()).toEqual([...ownPermissions].sort());
  });
});

describe('built-in roles', () => {
  const neighbours = [
    ['NONE', 'VIEWER'],
    ['VIEWER', 'MEMBER'],
    ['MEMBER', 'ADMIN'],
    ['ADMIN', 'OWNER'],
  ] as const;

  it.each(neighbours)('are nested: what %s holds, %s holds too, and more, at each level', (weaker, stronger) => {
    for (const level of ['organization', 'project'] as const) {
      const more = permissionsOf(stronger, level);
      expect([...permissionsOf(weaker, level)].filter((permission) => !more.has(permission))).toEqual([]);
    }
    expect(everyPermissionOf(stronger).size).toBeGreaterThan(everyPermissionOf(weaker).size);
  });

  it.each(neighbours)('are ordered: %s is not at least %s, but the reverse', (weaker, stronger) => {
    expect([isAtLeast(weaker, stronger), isAtLeast(stronger, weaker), isAtLeast(weaker, weaker)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('the catalogue', () => {
  it('names permissions as thing.verb, and says of each what it allows', () => {
    expect(ownPermissions.filter((name) => !/^[a-z]+(?:[A-Z][a-z]+)*\.[a-z]+$/.test(name))).toEqual([]);
    expect(ownPermissions.filter((name) => definitionOf(name).describe === '')).toEqual([]);
  });

  it('grants each permission at its own level alone, unless it counts at both', () => {
    for (const name of ownPermissions) {
      const { level } = permissions[name];
      const where = (['organization', 'project'] as const).filter((at) => permissionsOf('OWNER', at).has(name));
      expect([name, where]).toEqual([name, level === 'both' ? ['organization', 'project'] : [level]]);
    }
  });
});

describe('the permissions of an application', () => {
  afterEach(() => configureCatalogue([]));
  const run = { name: 'evaluations.run', level: 'project', from: 'MEMBER', describe: 'Run evaluations' } as const;

  it('stand in the catalogue beside the others, and in the roles from theirs upwards', () => {
    configureCatalogue([run]);
    expect(listPermissions()).toEqual([...ownPermissions, 'evaluations.run']);
    expect(isPermission('evaluations.run')).toBe(true);
    const added = listPermissions().at(-1)!;
    expect(definitionOf(added)).toMatchObject({ level: 'project', askedBy: 'application' });
    expect([holdersAt(added, 'project'), holdersAt(added, 'organization')]).toEqual([['MEMBER', 'ADMIN', 'OWNER'], []]);
  });

  it('are gone when configuration has them no more', () => {
    configureCatalogue([run]);
    const added = listPermissions().at(-1)!;
    configureCatalogue([]);
    expect([isPermission('evaluations.run'), holdersAt(added, 'project')]).toEqual([false, []]);
  });

  it.each([
    ['one that every instance has', [{ ...run, name: 'traces.read' }], 'permission traces.read'],
    ['another of theirs', [run, run], 'permission evaluations.run'],
  ])('have no name that stands for %s', (_, configured, named) => {
    expect(() => configureCatalogue(configured)).toThrow(named);
  });
});
