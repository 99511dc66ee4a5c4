import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RoleGrantEndings } from '../../src/access/grants/role-grant-endings.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import { createClient, type GraphqlAnswer } from '../support/servers/http-client.js';

interface Grant {
  readonly id: string;
  readonly role: { readonly id: string; readonly name: string };
  readonly expiresAt: string | null;
}

const inputTypes: Readonly<Record<string, string>> = {
  createRole: 'role { id name permissions organizationPermissions projectPermissions }',
  updateRole: 'role { id name description permissions }',
  deleteRole: 'role { id }',
  createGroup: 'group { id name }',
  updateGroup: 'group { id name description }',
  deleteGroup: 'group { id }',
  addGroupMember: 'group { id }',
  removeGroupMember: 'group { id }',
  grantRole: 'roleGrant { id role { id name } expiresAt }',
  revokeRoleGrant: 'roleGrant { id }',
  setProjectRole: 'member { role }',
  updateMemberRole: 'member { role }',
};

let app: TestApp;
let folder: string;
let owner: Person;
let admin: Person;
let member: Person;
let viewer: Person;
let organizationId: string;
let projectId: string;
let otherId: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-roles-'));
  const file = path.join(folder, 'gatehouse.yaml');
  await writeFile(
    file,
    'permissions: [{ name: evaluations.run, level: project, from: MEMBER, description: Run evaluations }]',
  );
  app = await startTestApp({ CONFIG_FILE: file });
  [owner, admin, member, viewer] = [
    await createPerson(app, 'owner@acme.test'),
    await createPerson(app, 'admin@acme.test'),
    await createPerson(app, 'member@acme.test'),
    await createPerson(app, 'viewer@acme.test'),
  ];
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  otherId = (await createProject(owner.browser, organizationId, 'Other')).id;
  await addMember(app, organizationId, admin, 'ADMIN');
  await addMember(app, organizationId, member, 'MEMBER');
  await addMember(app, organizationId, viewer, 'VIEWER');
});

/** Calls a mutation, which may be refused. */
function ask(by: Person, name: string, input: object): Promise<GraphqlAnswer<Record<string, never>>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${inputTypes[name]} } }`;
  return by.browser.graphql(document, { input });
}

/** The thing in the payload of a mutation that succeeds. */
async function call<Thing>(by: Person, name: string, input: object): Promise<Thing> {
  const payload: Record<string, Thing> = dataOf(await ask(by, name, input))[name]!;
  return Object.values(payload)[0]!;
}

const code = async (by: Person, name: string, input: object) => codesOf(await ask(by, name, input))[0] ?? 'ok';

const createRole = (permissions: readonly string[], name = 'Deployer', by = owner) =>
  call<{ id: string; permissions: string[] }>(by, 'createRole', { organizationId, name, permissions });
const createGroup = (name = 'Engineers') => call<{ id: string }>(owner, 'createGroup', { organizationId, name });
const grant = (input: object, by = owner) => call<Grant>(by, 'grantRole', input);

/** What somebody may do, as whoever asks is told by the guard's own rules. */
async function may(person: Person, permission: string, projectOrNull: string | null = projectId): Promise<boolean> {
  const answer = await owner.browser.graphql<{ explainAccess: { allowed: boolean } }>(
    'query ($input: ExplainAccessInput!) { explainAccess(input: $input) { allowed } }',
    { input: { organizationId, projectId: projectOrNull, userId: person.id, permission } },
  );
  return dataOf(answer).explainAccess.allowed;
}

/** What happened to a thing, as the trail has it. */
async function trailOf(resourceType: string): Promise<string[]> {
  const { rows } = await app.database.query<{ action: string }>(
    'select action from audit_events where chain_id = $1 and resource_type = $2 order by sequence',
    [organizationId, resourceType],
  );
  return rows.map(({ action }) => action);
}

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('a role of the organization’s own', () => {
  it('stands beside the built-in ones, with what it gives at each level', async () => {
    await createRole(['traces.read', 'apiKeys.manage', 'audit.read', 'members.read'], 'Key keeper');
    const answer = await viewer.browser.graphql<{ roles: Record<string, unknown>[] }>(
      `query ($id: ID!) { roles(organizationId: $id) { name builtIn permissions organizationPermissions projectPermissions } }`,
      { id: organizationId },
    );
    const { roles } = dataOf(answer);
    expect(roles.map(({ name, builtIn }) => [name, builtIn])).toEqual([
      ...['OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE'].map((name) => [name, name]),
      ['Key keeper', null],
    ]);
    expect(roles.at(-1)).toMatchObject({
      permissions: expect.arrayContaining(['audit.read', 'members.read', 'traces.read', 'apiKeys.manage']),
      organizationPermissions: expect.arrayContaining(['audit.read', 'members.read']),
      projectPermissions: expect.arrayContaining(['traces.read', 'apiKeys.manage', 'members.read']),
    });
  });

  it.each([
    ['no permission', { name: 'Empty', permissions: [] }, 'VALIDATION_FAILED'],
    ['one that is none', { name: 'Wrong', permissions: ['traces.reed'] }, 'VALIDATION_FAILED'],
    ['a built-in name', { name: 'admin', permissions: ['traces.read'] }, 'VALIDATION_FAILED'],
    ['a name of spaces', { name: '   ', permissions: ['traces.read'] }, 'VALIDATION_FAILED'],
  ])('is refused with %s', async (_, input, expected) => {
    expect(await code(owner, 'createRole', { organizationId, ...input })).toBe(expected);
  });

  it('has a name of its own, in whichever case', async () => {
    await createRole(['traces.read'], 'Deployer');
    const { id } = await createRole(['traces.read'], 'Auditor');
    expect(await code(owner, 'createRole', { organizationId, name: 'DEPLOYER', permissions: ['traces.read'] })).toBe(
      'CONFLICT',
    );
    expect(await code(owner, 'updateRole', { roleId: id, name: 'deployer' })).toBe('CONFLICT');
  });

  it('counts at the next request when it is changed, and for nobody when it is deleted; the trail has all of it', async () => {
    const { id: roleId } = await createRole(['apiKeys.read', 'apiKeys.manage']);
    await grant({ projectId, userId: viewer.id, roleId });
    expect(await may(viewer, 'apiKeys.manage')).toBe(true);
    await call(owner, 'updateRole', { roleId, permissions: ['apiKeys.read'], description: 'Looks at keys' });
    expect([await may(viewer, 'apiKeys.manage'), await may(viewer, 'apiKeys.read')]).toEqual([false, true]);
    await call(owner, 'deleteRole', { roleId });
    expect(await may(viewer, 'apiKeys.read')).toBe(false);
    expect(await trailOf('role')).toEqual(['role.created', 'role.updated', 'role.deleted']);
  });
});

describe('a permission of the application', () => {
  it('is held by built-in roles, can be in one of the organization’s own, and is what a key is verified for', async () => {
    expect([await may(member, 'evaluations.run'), await may(viewer, 'evaluations.run')]).toEqual([true, false]);
    const { id: roleId } = await createRole(['evaluations.run'], 'Evaluator');
    await grant({ projectId, userId: viewer.id, roleId });
    expect(await may(viewer, 'evaluations.run')).toBe(true);

    const { secretKey, apiKey } = await createApiKey(admin.browser, { projectId });
    expect(apiKey.permissions).toContain('evaluations.run');
    const key = createClient(app.url, { bearer: secretKey });
    expect((await key.postJson('/api/keys/verify', { permission: 'evaluations.run' })).status).toBe(200);
  });
});

describe('a grant', () => {
  it('adds to a member’s role, in one project alone or in the organization with all its projects', async () => {
    const { id: roleId } = await createRole(['prompts.manage', 'audit.read']);
    await grant({ projectId, userId: viewer.id, roleId });
    expect([
      await may(viewer, 'prompts.manage'),
      await may(viewer, 'traces.read'),
      await may(viewer, 'prompts.manage', otherId),
      await may(viewer, 'audit.read', null),
    ]).toEqual([true, true, false, false]);
    await grant({ organizationId, userId: viewer.id, roleId });
    expect([await may(viewer, 'prompts.manage', otherId), await may(viewer, 'audit.read', null)]).toEqual([true, true]);
  });

  it('of the organization is replaced by a role that is set in a project; what is granted there adds to that one', async () => {
    await grant({ organizationId, userId: viewer.id, roleId: 'ADMIN' });
    await call(owner, 'setProjectRole', { projectId, userId: viewer.id, role: 'VIEWER' });
    expect([await may(viewer, 'apiKeys.manage'), await may(viewer, 'apiKeys.manage', otherId)]).toEqual([false, true]);
    await grant({ projectId, userId: viewer.id, roleId: 'MEMBER' });
    expect([await may(viewer, 'apiKeys.manage'), await may(viewer, 'traces.create')]).toEqual([false, true]);
  });

  it('does nothing where NONE hides the project, and is not made there', async () => {
    await grant({ projectId, userId: viewer.id, roleId: 'MEMBER' });
    await call(owner, 'setProjectRole', { projectId, userId: viewer.id, role: 'NONE' });
    expect(await may(viewer, 'traces.read')).toBe(false);
    expect(await code(owner, 'grantRole', { projectId, userId: viewer.id, roleId: 'ADMIN' })).toBe(
      'PRECONDITION_FAILED',
    );
  });

  it('shows whoever has it the project, in which their role in the organization gives nothing', async () => {
    const guest = await createPerson(app);
    await addMember(app, organizationId, guest, 'NONE');
    const { id: roleId } = await createRole(['organization.read', 'project.read'], 'Guest');
    await grant({ organizationId, userId: guest.id, roleId });
    await call(owner, 'setProjectRole', { projectId, userId: guest.id, role: 'NONE' });
    const seen = await guest.browser.graphql<{ organization: { projects: { nodes: { id: string }[] } } }>(
      'query ($id: ID!) { organization(id: $id) { projects { nodes { id } } } }',
      { id: organizationId },
    );
    expect(dataOf(seen).organization.projects.nodes).toEqual([{ id: otherId }]);
  });

  it('ends by itself at its time, at the next request; the trail is told, once', async () => {
    const made = await grant({
      projectId,
      userId: viewer.id,
      roleId: 'MEMBER',
      expiresAt: inSeconds(3600),
      reason: 'On call',
    });
    expect(await may(viewer, 'traces.create')).toBe(true);
    await app.database.query(`update role_grants set expires_at = now() - interval '1 second' where id = $1`, [
      made.id,
    ]);
    expect(await may(viewer, 'traces.create')).toBe(false);
    const endings = app.nest.get(RoleGrantEndings, { strict: false });
    await Promise.all([endings.endDue(), endings.endDue()]);
    expect(await trailOf('roleGrant')).toEqual(['roleGrant.created', 'roleGrant.ended']);
    expect(await code(owner, 'revokeRoleGrant', { roleGrantId: made.id })).toBe('NOT_FOUND');
  });

  it('made again changes its end, and tells nothing when nothing is to change', async () => {
    const input = { projectId, userId: viewer.id, roleId: 'MEMBER' };
    const { id } = await grant(input);
    expect(await grant(input)).toMatchObject({ id, expiresAt: null });
    const expiresAt = inSeconds(3600);
    expect(await grant({ ...input, expiresAt })).toMatchObject({ id, expiresAt });
    expect(await trailOf('roleGrant')).toEqual(['roleGrant.created', 'roleGrant.updated']);
  });

  it('is taken back, and counts no more', async () => {
    const { id: roleGrantId } = await grant({ projectId, userId: viewer.id, roleId: 'MEMBER' });
    await call(admin, 'revokeRoleGrant', { roleGrantId });
    expect(await may(viewer, 'traces.create')).toBe(false);
    expect(await trailOf('roleGrant')).toEqual(['roleGrant.created', 'roleGrant.revoked']);
  });

  it.each([
    ['OWNER, which is a membership’s', () => ({ projectId, userId: viewer.id, roleId: 'OWNER' }), 'VALIDATION_FAILED'],
    ['NONE', () => ({ projectId, userId: viewer.id, roleId: 'NONE' }), 'VALIDATION_FAILED'],
    [
      'an end that has passed',
      () => ({ projectId, userId: viewer.id, roleId: 'VIEWER', expiresAt: inSeconds(-5) }),
      'VALIDATION_FAILED',
    ],
    ['neither a member nor a group', () => ({ projectId, roleId: 'VIEWER' }), 'VALIDATION_FAILED'],
    ['both', () => ({ projectId, userId: viewer.id, groupId: 'g', roleId: 'VIEWER' }), 'VALIDATION_FAILED'],
    ['no scope', () => ({ userId: viewer.id, roleId: 'VIEWER' }), 'VALIDATION_FAILED'],
    ['no such role', () => ({ projectId, userId: viewer.id, roleId: 'nothing' }), 'NOT_FOUND'],
    ['no such group', () => ({ projectId, groupId: 'nothing', roleId: 'VIEWER' }), 'NOT_FOUND'],
    ['nobody of the organization', () => ({ projectId, userId: 'nobody', roleId: 'VIEWER' }), 'NOT_FOUND'],
  ])('is refused for %s', async (_, input, expected) => {
    expect(await code(owner, 'grantRole', input())).toBe(expected);
  });

  it('goes with the membership', async () => {
    const leaver = await createPerson(app);
    await addMember(app, organizationId, leaver, 'VIEWER');
    await grant({ projectId, userId: leaver.id, roleId: 'MEMBER' });
    const leave = 'mutation ($input: LeaveOrganizationInput!) { leaveOrganization(input: $input) { member { role } } }';
    dataOf(await leaver.browser.graphql(leave, { input: { organizationId } }));
    await addMember(app, organizationId, leaver, 'VIEWER');
    expect(await may(leaver, 'traces.create')).toBe(false);
  });
});

describe('a group', () => {
  it('gives its members what it has, for as long as they are in it', async () => {
    const { id: groupId } = await createGroup();
    const { id: roleId } = await createRole(['prompts.manage']);
    await grant({ projectId, groupId, roleId });
    expect(await may(viewer, 'prompts.manage')).toBe(false);
    await call(owner, 'addGroupMember', { groupId, userId: viewer.id });
    expect([await may(viewer, 'prompts.manage'), await may(viewer, 'prompts.manage', otherId)]).toEqual([true, false]);
    await call(owner, 'removeGroupMember', { groupId, userId: viewer.id });
    expect(await may(viewer, 'prompts.manage')).toBe(false);
    expect(await trailOf('group')).toEqual(['group.created', 'group.memberAdded', 'group.memberRemoved']);
  });

  it('takes it from all of them when it is deleted', async () => {
    const { id: groupId } = await createGroup();
    await call(owner, 'addGroupMember', { groupId, userId: viewer.id });
    await grant({ organizationId, groupId, roleId: 'ADMIN' });
    expect(await may(viewer, 'audit.read', null)).toBe(true);
    await call(owner, 'deleteGroup', { groupId });
    expect(await may(viewer, 'audit.read', null)).toBe(false);
  });

  it('is shown with its members and roles to those who may read members', async () => {
    const { id: groupId } = await createGroup();
    await call(owner, 'updateGroup', { groupId, name: 'Operations', description: 'On call' });
    await call(owner, 'addGroupMember', { groupId, userId: viewer.id });
    await grant({ projectId, groupId, roleId: 'MEMBER' });
    const document = `query ($id: ID!, $groupId: ID) { organization(id: $id) {
      groups { nodes { name description members { nodes { user { email } } } } }
      roleGrants(groupId: $groupId) { nodes { projectId role { name } } } } }`;
    const variables = { id: organizationId, groupId };
    expect(dataOf(await member.browser.graphql(document, variables))).toEqual({
      organization: {
        groups: {
          nodes: [
            { name: 'Operations', description: 'On call', members: { nodes: [{ user: { email: viewer.email } }] } },
          ],
        },
        roleGrants: { nodes: [{ projectId, role: { name: 'MEMBER' } }] },
      },
    });
    expect(codesOf(await viewer.browser.graphql(document, variables))).toEqual(['FORBIDDEN']);
  });

  it('has a name of its own, and nobody who is no member', async () => {
    const { id: groupId } = await createGroup('Engineers');
    expect(await code(owner, 'createGroup', { organizationId, name: 'engineers' })).toBe('CONFLICT');
    const stranger = await createPerson(app);
    expect(await code(owner, 'addGroupMember', { groupId, userId: stranger.id })).toBe('NOT_FOUND');
    expect(await code(owner, 'removeGroupMember', { groupId, userId: viewer.id })).toBe('NOT_FOUND');
  });
});

describe('whoCan and explainAccess', () => {
  it('tell by what somebody holds it', async () => {
    const { id: groupId } = await createGroup();
    const { id: roleId } = await createRole(['apiKeys.manage', 'audit.read']);
    await call(owner, 'addGroupMember', { groupId, userId: viewer.id });
    await grant({ projectId, groupId, roleId });
    await grant({ organizationId, userId: member.id, roleId, expiresAt: inSeconds(3600) });
    const answer = await owner.browser.graphql<{ whoCan: { members: { nodes: Record<string, unknown>[] } } }>(
      `query ($organizationId: ID!, $projectId: ID) { whoCan(organizationId: $organizationId, projectId: $projectId, permission: "apiKeys.manage") {
        members { nodes { user { email } role via roleName group } } } }`,
      { organizationId, projectId },
    );
    const nodes = dataOf(answer).whoCan.members.nodes;
    expect(nodes).toHaveLength(4);
    expect(nodes).toEqual(
      expect.arrayContaining([
        { user: { email: owner.email }, role: 'OWNER', via: 'ORGANIZATION', roleName: 'OWNER', group: null },
        { user: { email: admin.email }, role: 'ADMIN', via: 'ORGANIZATION', roleName: 'ADMIN', group: null },
        { user: { email: viewer.email }, role: 'VIEWER', via: 'GROUP', roleName: 'Deployer', group: 'Engineers' },
        { user: { email: member.email }, role: 'MEMBER', via: 'GRANT', roleName: 'Deployer', group: null },
      ]),
    );
    const explained = await owner.browser.graphql<{ explainAccess: { steps: { explanation: string }[] } }>(
      'query ($input: ExplainAccessInput!) { explainAccess(input: $input) { steps { kind explanation } } }',
      { input: { organizationId, projectId, userId: viewer.id, permission: 'apiKeys.manage' } },
    );
    expect(dataOf(explained).explainAccess.steps.slice(-2)).toEqual([
      { kind: 'GROUP', explanation: 'They are in the group Engineers, which has the role Deployer in the project.' },
      {
        kind: 'ROLE_PERMISSIONS',
        explanation: 'The role Deployer, which the group Engineers has, holds apiKeys.manage here.',
      },
    ]);
  });
});
