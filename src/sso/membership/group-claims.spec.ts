import { describe, expect, it } from '@jest/globals';
import { groupsIn, roleBy } from './group-claims.js';
import type { MembershipRule } from './membership-rule.types.js';

const cases: [string, string, Record<string, unknown>, string[]][] = [
  ['a list', 'groups', { groups: ['staff', 'ops'] }, ['staff', 'ops']],
  ['a single group', 'groups', { groups: 'staff' }, ['staff']],
  ['a text with commas, which is one name', 'groups', { groups: 'staff,ops' }, ['staff,ops']],
  ['what is no name in a list', 'groups', { groups: [1, null, { id: 'ops' }, ['ops'], 'staff'] }, ['staff']],
  ['no claim', 'groups', {}, []],
  ['a number', 'groups', { groups: 7 }, []],
  ['an object', 'groups', { groups: { staff: true } }, []],
  ['the pointer of Entra ID to groups that are too many', 'groups', { _claim_names: { groups: 'src1' } }, []],
  ['a path', 'realm_access.roles', { realm_access: { roles: ['staff'] } }, ['staff']],
  ['a path that leads nowhere', 'realm_access.roles', { realm_access: 'roles' }, []],
  ['a whole name before a path', 'a.b', { 'a.b': ['whole'], a: { b: ['path'] } }, ['whole']],
  ['a name that is a URL', 'https://acme.test/groups', { 'https://acme.test/groups': ['staff'] }, ['staff']],
  ['what every object has', 'constructor.name', {}, []],
  ['the prototype', '__proto__', {}, []],
];

describe('the groups of a person', () => {
  it.each(cases)('are read from %s', (_what, name, claims, expected) => {
    expect(groupsIn(claims, name)).toEqual(expected);
  });

  it('are a thousand at the most', () => {
    const groups = Array.from({ length: 1001 }, (_, place) => `g${place}`);
    expect(groupsIn({ groups }, 'groups')).toEqual(groups.slice(0, 1000));
  });
});

describe('the role that a rule gives', () => {
  const rule: MembershipRule = {
    justInTime: true,
    defaultRole: 'VIEWER',
    groupsClaim: 'groups',
    groupRoles: [
      { group: 'contractors', role: 'NONE' },
      { group: 'ops', role: 'ADMIN' },
      { group: 'staff', role: 'MEMBER' },
    ],
  };

  it.each([
    [['staff', 'ops'], 'ADMIN'],
    [['ops', 'contractors'], 'NONE'],
    [['Staff', ' staff', 'sta'], 'VIEWER'],
    [[], 'VIEWER'],
  ])('is that of the first line that fits to the letter: %j', (groups, role) => {
    expect(roleBy(rule, { groups })).toBe(role);
  });
});
