import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomInt, randomUUID } from 'node:crypto';
import { HoldingService } from '../../src/access/holding.service.js';
import { PermissionHolders } from '../../src/access/standing/permission-holders.service.js';
import { AccessExplanationService } from '../../src/api-keys/explain/access-explanation.service.js';
import { AccessService } from '../../src/access/access.service.js';
import { builtInRoles, ownPermissions } from '../../src/policy/permissions.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
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

  /** Forty members with roles, project roles, groups and grants by chance, some of which have ended. */
  async function manyMembers(): Promise<{ userIds: string[]; projectIds: string[] }> {
    const projectIds = [projectId, (await createProject(owner.browser, organizationId, 'Second')).id];
    const some = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)]!;
    const roleIds = await Promise.all(
      [1, 2, 3].map(() => roleOf([some(ownPermissions), some(ownPermissions), some(ownPermissions)])),
    );
    const groupIds = [await groupWith(roleIds[0]!), await groupWith('MEMBER')];
    const userIds = Array.from({ length: 40 }, () => randomUUID());
    for (const id of userIds) {
      await app.database.query(`insert into users (id, email, name) values ($1, $2, 'Somebody')`, [
        id,
        `${id}@example.test`,
      ]);
      await app.database.query(
        `insert into memberships (organization_id, user_id, role, source) values ($1, $2, $3, 'INVITATION')`,
        [organizationId, id, some(builtInRoles)],
      );
      for (const project of projectIds.filter(() => randomInt(3) === 0)) {
        await app.database.query(
          'insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, $4)',
          [project, organizationId, id, some(builtInRoles)],
        );
      }
      for (const group of groupIds.filter(() => randomInt(4) === 0)) {
        await app.database.query(
          'insert into group_members (group_id, organization_id, user_id, added_at) values ($1, $2, $3, now())',
          [group, organizationId, id],
        );
      }
      for (const project of [null, ...projectIds].filter(() => randomInt(3) === 0)) {
        const [builtIn, custom] =
          randomInt(2) === 0 ? [some(['ADMIN', 'MEMBER', 'VIEWER']), null] : [null, some(roleIds)];
        await app.database.query(
          `insert into role_grants (id, organization_id, project_id, user_id, built_in_role, role_id, expires_at, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 hour', 'test', now())`,
          [randomUUID(), organizationId, project, id, builtIn, custom, some([null, 1, -1])],
        );
      }
    }
    return { userIds, projectIds };
  }
});
