import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomInt, randomUUID } from 'node:crypto';
import { HoldingService } from '../../src/access/holding.service.js';
import { PermissionHolders } from '../../src/access/standing/permission-holders.service.js';
import { AccessExplanationService } from '../../src/api-keys/explain/access-explanation.service.js';
import { AccessService } from '../../src/access/access.service.js';
import { ownPermissions } from '../../src/policy/permissions.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { membersByChance } from '../support/members-by-chance.js';
import { codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import { createClient, type GraphqlAnswer, type HttpClient } from '../support/servers/http-client.js';

let app: TestApp;
let owner: Person;
let admin: Person;
let member: Person;
let viewer: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  [owner, admin, member, viewer] = [
    await createPerson(app),
    await createPerson(app),
    await createPerson(app),
    await createPerson(app),
  ];
});
afterAll(() => app.stop());

beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  await addMember(app, organizationId, admin, 'ADMIN');
  await addMember(app, organizationId, member, 'MEMBER');
  await addMember(app, organizationId, viewer, 'VIEWER');
});

function ask(client: HttpClient, name: string, input: object): Promise<GraphqlAnswer<Record<string, never>>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return client.graphql(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, { input });
}

const code = async (client: HttpClient, name: string, input: object): Promise<string> =>
  codesOf(await ask(client, name, input))[0] ?? 'ok';

async function done(client: HttpClient, name: string, input: object): Promise<void> {
  expect(await code(client, name, input)).toBe('ok');
}

/** The id of a role that the owner makes. */
async function roleOf(permissions: readonly string[]): Promise<string> {
  const document = 'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }';
  const input = { organizationId, name: `Role ${randomUUID()}`, permissions };
  return dataOf(await owner.browser.graphql<{ createRole: { role: { id: string } } }>(document, { input })).createRole
    .role.id;
}

async function groupWith(roleId: string): Promise<string> {
  const document = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }';
  const input = { organizationId, name: `Group ${randomUUID()}` };
  const created = dataOf(await owner.browser.graphql<{ createGroup: { group: { id: string } } }>(document, { input }));
  const groupId = created.createGroup.group.id;
  await done(owner.browser, 'grantRole', { organizationId, groupId, roleId });
  return groupId;
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

describe('120: nobody grants what they do not hold', () => {
  it('by making, changing or deleting a role', async () => {
    const roleId = await roleOf(['billing.manage', 'traces.read']);
    const mine = await roleOf(['traces.read']);
    const create = { organizationId, name: 'Billing', permissions: ['billing.manage'] };
    expect(await code(admin.browser, 'createRole', create)).toBe('CANNOT_GRANT');
    expect(await code(admin.browser, 'updateRole', { roleId: mine, permissions: ['billing.manage'] })).toBe(
      'CANNOT_GRANT',
    );
    expect(await code(admin.browser, 'updateRole', { roleId, permissions: ['traces.read'] })).toBe('CANNOT_GRANT');
    expect(await code(admin.browser, 'deleteRole', { roleId })).toBe('CANNOT_GRANT');
    await done(admin.browser, 'updateRole', { roleId: mine, permissions: ['apiKeys.manage'] });
  });

  it('by granting a role, or taking it away, to a member, to oneself or to a group', async () => {
    const roleId = await roleOf(['billing.manage']);
    const groupId = await groupWith(await roleOf(['traces.read']));
    for (const to of [{ userId: viewer.id }, { userId: admin.id }, { groupId }]) {
      expect(await code(admin.browser, 'grantRole', { organizationId, roleId, ...to })).toBe('CANNOT_GRANT');
    }
    await done(owner.browser, 'grantRole', { organizationId, roleId, userId: viewer.id });
    const { rows } = await app.database.query<{ id: string }>('select id from role_grants where user_id = $1', [
      viewer.id,
    ]);
    expect(await code(admin.browser, 'revokeRoleGrant', { roleGrantId: rows[0]!.id })).toBe('CANNOT_GRANT');
  });

  it('by putting somebody, or oneself, into a group that has it, or out of it, or by deleting the group', async () => {
    const groupId = await groupWith(await roleOf(['billing.manage']));
    await done(owner.browser, 'addGroupMember', { groupId, userId: member.id });
    for (const userId of [viewer.id, admin.id]) {
      expect(await code(admin.browser, 'addGroupMember', { groupId, userId })).toBe('CANNOT_GRANT');
    }
    expect(await code(admin.browser, 'removeGroupMember', { groupId, userId: member.id })).toBe('CANNOT_GRANT');
    expect(await code(admin.browser, 'deleteGroup', { groupId })).toBe('CANNOT_GRANT');
  });

  it('in the organization, what they lack in one of its projects', async () => {
    const roleId = await roleOf(['prompts.manage']);
    await done(owner.browser, 'setProjectRole', { projectId, userId: admin.id, role: 'VIEWER' });
    const other = (await createProject(owner.browser, organizationId, 'Other')).id;
    expect(await code(admin.browser, 'grantRole', { organizationId, userId: viewer.id, roleId })).toBe('CANNOT_GRANT');
    expect(
      await code(admin.browser, 'createRole', { organizationId, name: 'P', permissions: ['prompts.manage'] }),
    ).toBe('CANNOT_GRANT');
    await done(admin.browser, 'grantRole', { projectId: other, userId: viewer.id, roleId });
  });

  it('with a key: what the key lacks', async () => {
    const permissions = ['roles.manage', 'members.manage', 'organization.read', 'traces.read'];
    const { secretKey } = await createApiKey(owner.browser, { organizationId, permissions });
    const key = createClient(app.url, { bearer: secretKey });
    const [within, beyond] = [await roleOf(['traces.read']), await roleOf(['traces.create'])];
    await done(key, 'grantRole', { organizationId, userId: viewer.id, roleId: within });
    expect(await code(key, 'grantRole', { organizationId, userId: viewer.id, roleId: beyond })).toBe('CANNOT_GRANT');
    expect(await code(key, 'grantRole', { organizationId, userId: viewer.id, roleId: 'VIEWER' })).toBe('CANNOT_GRANT');
    expect(await code(key, 'createRole', { organizationId, name: 'K', permissions: ['traces.create'] })).toBe(
      'CANNOT_GRANT',
    );
  });
});

describe('120: nobody lets a directory do what they may not: its token holds what an ADMIN does', () => {
  const makeToken = (client: HttpClient) =>
    code(client, 'createScimToken', { organizationId, name: 'D', role: 'NONE' });

  it('with a role of the organization’s own that manages tokens', async () => {
    await done(owner.browser, 'grantRole', {
      organizationId,
      userId: member.id,
      roleId: await roleOf(['scim.manage', 'organization.read']),
    });
    expect(await makeToken(member.browser)).toBe('CANNOT_GRANT');
    expect(await makeToken(admin.browser)).toBe('ok');
  });

  it('as an ADMIN who is less in one of the projects', async () => {
    await done(owner.browser, 'setProjectRole', { projectId, userId: admin.id, role: 'VIEWER' });
    expect(await makeToken(admin.browser)).toBe('CANNOT_GRANT');
  });

  it('with a key', async () => {
    const keyWith = async (permissions: readonly string[]) =>
      createClient(app.url, { bearer: (await createApiKey(owner.browser, { organizationId, permissions })).secretKey });
    expect(await makeToken(await keyWith(['scim.manage', 'members.manage']))).toBe('CANNOT_GRANT');
    expect(await makeToken(await keyWith(ownPermissions))).toBe('ok');
  });
});

describe('120: what is held until a date is not handed on', () => {
  beforeEach(async () => {
    await done(owner.browser, 'grantRole', {
      organizationId,
      userId: viewer.id,
      roleId: 'ADMIN',
      expiresAt: inAnHour(),
    });
  });

  it('though it is held: the member may do what the role gives', async () => {
    const document = 'query ($id: ID!) { organization(id: $id) { apiKeys { nodes { id } } } }';
    expect(codesOf(await viewer.browser.graphql(document, { id: organizationId }))).toEqual([]);
  });

  it.each([
    ['a role for others', 'updateMemberRole', () => ({ organizationId, userId: member.id, role: 'ADMIN' })],
    [
      'the same role for themselves, for good',
      'updateMemberRole',
      () => ({ organizationId, userId: viewer.id, role: 'ADMIN' }),
    ],
    ['a grant for others', 'grantRole', () => ({ organizationId, userId: member.id, roleId: 'ADMIN' })],
    ['their own grant, for good', 'grantRole', () => ({ organizationId, userId: viewer.id, roleId: 'ADMIN' })],
    ['an invitation', 'inviteMember', () => ({ organizationId, email: 'new@example.test', role: 'MEMBER' })],
    [
      'a role of the organization’s own',
      'createRole',
      () => ({ organizationId, name: 'R', permissions: ['apiKeys.manage'] }),
    ],
    ['a role in a project', 'setProjectRole', () => ({ projectId, userId: viewer.id, role: 'ADMIN' })],
    ['a token of a directory', 'createScimToken', () => ({ organizationId, name: 'Okta' })],
    ['a key', 'createApiKey', () => ({ projectId, name: 'key', permissions: ['apiKeys.manage'] })],
  ])('as %s', async (_, mutation, input) => {
    expect(await code(viewer.browser, mutation, input())).toBe('CANNOT_GRANT');
  });

  it('but it is used: on members who stand below it', async () => {
    await done(viewer.browser, 'removeMember', { organizationId, userId: member.id });
    expect(await code(viewer.browser, 'removeMember', { organizationId, userId: owner.id })).toBe('CANNOT_GRANT');
  });

  it('but what they hold for good is', async () => {
    await done(viewer.browser, 'inviteMember', { organizationId, email: 'new@example.test', role: 'VIEWER' });
    await done(viewer.browser, 'createApiKey', { projectId, name: 'key', permissions: ['traces.read'] });
  });
});

/** Members to whom things were given by chance: in two projects, by two groups and three roles. */
async function manyMembers() {
  const projectIds = [projectId, (await createProject(owner.browser, organizationId, 'Second')).id];
  const some = () => ownPermissions[randomInt(ownPermissions.length)]!;
  const roleIds = await Promise.all([1, 2, 3].map(() => roleOf([some(), some(), some()])));
  const groupIds = [await groupWith(roleIds[0]!), await groupWith('MEMBER')];
  const userIds = await membersByChance(app, { organizationId, projectIds, roleIds, groupIds });
  return { userIds, projectIds, roleIds, groupIds };
}

describe('one computation', () => {
  it('says the same of everybody to the guard, to whoCan and to explainAccess, whatever was given to whom', async () => {
    const services = {
      holdings: app.nest.get(HoldingService, { strict: false }),
      holders: app.nest.get(PermissionHolders, { strict: false }),
      explanations: app.nest.get(AccessExplanationService, { strict: false }),
    };
    const by = app.nest
      .get(AccessService, { strict: false })
      .actorFor({ kind: 'system' }, { ip: null, userAgent: null, requestId: 'test' });
    const { userIds, projectIds } = await manyMembers();
    const differing: unknown[] = [];
    let held = 0;
    for (const scope of [null, ...projectIds].map((id) => ({ organizationId, projectId: id }))) {
      const permissionsOf = new Map<string, ReadonlySet<string>>();
      for (const id of userIds) {
        permissionsOf.set(
          id,
          (await services.holdings.in(scope, { kind: 'user', id, isInstanceAdministrator: false })).permissions,
        );
      }
      for (const permission of ownPermissions) {
        const { nodes } = await services.holders.list(scope, permission, { first: 100 });
        const expected = userIds.filter((id) => permissionsOf.get(id)?.has(permission)).sort();
        const told = nodes
          .map(({ userId }) => userId)
          .filter((id) => userIds.includes(id))
          .sort();
        if (JSON.stringify(told) !== JSON.stringify(expected)) differing.push({ scope, permission, told, expected });
        held += expected.length;
        for (const id of userIds.slice(0, 6)) {
          const { allowed } = await services.explanations.ofUser(by, id, { scope, permission });
          if (allowed !== expected.includes(id)) differing.push({ scope, permission, id, allowed });
        }
      }
    }
    expect(differing).toEqual([]);
    expect(held).toBeGreaterThan(500);
  });

  it('tells by simulateAccess what comes of a change, of everybody and everywhere, before it is made', async () => {
    const given = await manyMembers();
    const [first, second] = given.userIds.sort() as [string, string];
    const grantIds = await grantsOf(given.userIds);
    const [project, roleId, groupId] = [given.projectIds[1]!, given.roleIds[1]!, given.groupIds[1]!];
    const changes: readonly [object, string, object][] = [
      ...grantIds.map((id): [object, string, object] => [
        { roleGrantRevoked: id },
        'revokeRoleGrant',
        { roleGrantId: id },
      ]),
      [{ groupDeleted: groupId }, 'deleteGroup', { groupId }],
      [{ roleDeleted: roleId }, 'deleteRole', { roleId }],
      [{ roleDeleted: given.roleIds[0]! }, 'deleteRole', { roleId: given.roleIds[0]! }],
      ...(['OWNER', 'VIEWER', 'NONE'] as const).flatMap((role): [object, string, object][] => [
        [{ memberRole: { userId: first, role } }, 'updateMemberRole', { organizationId, userId: first, role }],
        [
          { projectRole: { projectId: project, userId: second, role } },
          'setProjectRole',
          { projectId: project, userId: second, role },
        ],
      ]),
      [
        { projectRole: { projectId: project, userId: second } },
        'clearProjectRole',
        { projectId: project, userId: second },
      ],
      [{ memberRemoved: second }, 'removeMember', { organizationId, userId: second }],
    ];
    const scopes = [null, ...given.projectIds];
    let before = await heldIn(scopes, given.userIds);
    let lost = 0;
    for (const [suppose, mutation, input] of changes) {
      const told = await toldIn(scopes, suppose);
      await done(owner.browser, mutation, input);
      const after = await heldIn(scopes, given.userIds);
      const happened = differences(before, after);
      before = after;
      expect({ suppose, changes: told.changes }).toEqual({ suppose, changes: happened });
      expect({ suppose, counts: told.counts }).toEqual({ suppose, counts: countsOf(happened) });
      lost += happened.filter((line) => line.includes(' - ')).length;
    }
    expect(lost).toBeGreaterThan(20);
  });

  /** Some grants of members that count still, of the organization and of projects. */
  async function grantsOf(userIds: readonly string[]): Promise<string[]> {
    const { rows } = await app.database.query<{ id: string }>(
      `select id from role_grants where user_id = any($1) and (expires_at is null or expires_at > now()) order by id limit 5`,
      [userIds],
    );
    return rows.map(({ id }) => id);
  }

  /** What each member holds in each scope, as the guard has it: `scope user permission`. */
  async function heldIn(scopes: readonly (string | null)[], userIds: readonly string[]): Promise<Set<string>> {
    const holdings = app.nest.get(HoldingService, { strict: false });
    const lines = scopes.flatMap((id) =>
      userIds.map(async (userId) => {
        const holder = { kind: 'user', id: userId, isInstanceAdministrator: false } as const;
        const { permissions } = await holdings.in({ organizationId, projectId: id }, holder);
        return [...permissions].map((permission) => `${id ?? 'organization'} ${userId} ${permission}`);
      }),
    );
    return new Set((await Promise.all(lines)).flat());
  }

  function differences(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
    const lines = (sign: string, all: ReadonlySet<string>, others: ReadonlySet<string>) =>
      [...all].filter((line) => !others.has(line)).map((line) => line.replace(' ', ` ${sign} `));
    return [...lines('-', before, after), ...lines('+', after, before)].sort();
  }

  /** Of each scope and permission how many lose or gain it: `scope sign permission number`. */
  function countsOf(changes: readonly string[]): string[] {
    const counts = new Map<string, number>();
    for (const line of changes) {
      const [scope, sign, , permission] = line.split(' ');
      const name = `${scope} ${sign} ${permission}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].map(([name, number]) => `${name} ${number}`).sort();
  }

  interface Told {
    readonly lost: readonly { readonly permission: string; readonly members: number }[];
    readonly gained: Told['lost'];
  }
  interface Simulated extends Told {
    readonly members: { readonly nodes: readonly { user: { id: string }; lost: string[]; gained: string[] }[] };
    readonly projects: { readonly nodes: readonly (Told & { readonly project: { readonly id: string } })[] } | null;
  }

  /** What is told of each member where each scope is asked about; and how many are told of, where the organization is. */
  async function toldIn(scopes: readonly (string | null)[], suppose: object) {
    const document = `query ($input: SimulateAccessInput!) { simulateAccess(input: $input) {
      lost { permission members } gained { permission members }
      members(first: 100) { nodes { user { id } lost gained } }
      projects { nodes { project { id } lost { permission members } gained { permission members } } }
    } }`;
    const changes: string[] = [];
    const counts: string[] = [];
    const count = (scope: string, told: Told) => {
      for (const { permission, members } of told.lost) counts.push(`${scope} - ${permission} ${members}`);
      for (const { permission, members } of told.gained) counts.push(`${scope} + ${permission} ${members}`);
    };
    for (const id of scopes) {
      const answer = await owner.browser.graphql<{ simulateAccess: Simulated }>(document, {
        input: { organizationId, projectId: id, suppose },
      });
      // A grant of a project is not there for who asks about another.
      if (codesOf(answer)[0] === 'NOT_FOUND') continue;
      const told = dataOf(answer).simulateAccess;
      const scope = id ?? 'organization';
      for (const { user, lost, gained } of told.members.nodes) {
        changes.push(...lost.map((permission) => `${scope} - ${user.id} ${permission}`));
        changes.push(...gained.map((permission) => `${scope} + ${user.id} ${permission}`));
      }
      if (id !== null) continue;
      count(scope, told);
      for (const node of told.projects?.nodes ?? []) count(node.project.id, node);
    }
    return { changes: changes.sort(), counts: counts.sort() };
  }
});
