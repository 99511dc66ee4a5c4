import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import { createAccount } from '../support/service-accounts.js';
import type { GraphqlAnswer } from '../support/servers/http-client.js';
import { countStatements } from '../support/statements.js';

interface Toll {
  readonly lost: readonly { readonly permission: string; readonly members: number }[];
  readonly gained: Toll['lost'];
}

interface Simulated extends Toll {
  readonly isComplete: boolean;
  readonly members: {
    readonly nodes: readonly { user: { email: string }; lost: string[]; gained: string[]; note: string | null }[];
    readonly totalCount: number;
  };
  readonly projects: { readonly nodes: readonly (Toll & { readonly project: { readonly name: string } })[] } | null;
}

const document = `query ($input: SimulateAccessInput!, $first: Int) {
  simulateAccess(input: $input) {
    lost { permission members } gained { permission members } isComplete
    members(first: $first) { nodes { user { email } lost gained note } totalCount }
    projects { nodes { project { name } lost { permission members } gained { permission members } } }
  }
}`;

let app: TestApp;
let owner: Person;
let member: Person;
let viewer: Person;
let other: Person;
let organizationId: string;
let projectId: string;
let hiddenId: string;

beforeAll(async () => {
  app = await startTestApp();
  [owner, member, viewer, other] = [
    await createPerson(app, 'owner@acme.test'),
    await createPerson(app, 'member@acme.test'),
    await createPerson(app, 'viewer@acme.test'),
    await createPerson(app, 'other@acme.test'),
  ];
});
afterAll(() => app.stop());

beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId, 'Chatbot')).id;
  hiddenId = (await createProject(owner.browser, organizationId, 'Hidden')).id;
  await addMember(app, organizationId, member, 'MEMBER');
  await addMember(app, organizationId, viewer, 'VIEWER');
  await addMember(app, organizationId, other, 'VIEWER');
});

/** The id of what a mutation by the owner makes. */
async function make(name: string, thing: string, input: object): Promise<string> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const answer = await owner.browser.graphql<Record<string, Record<string, { id: string }>>>(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${thing} { id } } }`,
    { input },
  );
  return dataOf(answer)[name]![thing]!.id;
}

const createRole = (permissions: readonly string[], name = 'Key keeper') =>
  make('createRole', 'role', { organizationId, name, permissions });
const grant = (input: object) => make('grantRole', 'roleGrant', input);

/** A group with these people. */
async function createGroup(people: readonly Person[], name = 'Engineers'): Promise<string> {
  const groupId = await make('createGroup', 'group', { organizationId, name });
  for (const { id } of people) await make('addGroupMember', 'group', { groupId, userId: id });
  return groupId;
}

const setProjectRole = (project: string, { id }: Person, role: string) =>
  app.database.query('insert into project_roles (project_id, organization_id, user_id, role) values ($1, $2, $3, $4)', [
    project,
    organizationId,
    id,
    role,
  ]);

function ask(by: Person, suppose: object, more: object = {}, first = 50) {
  const input = { organizationId, suppose, ...more };
  return by.browser.graphql<{ simulateAccess: Simulated }>(document, { input, first });
}

const told = async (suppose: object, more: object = {}, by = owner): Promise<Simulated> =>
  dataOf(await ask(by, suppose, more)).simulateAccess;

const by = <Node extends { user: { email: string } }>(nodes: readonly Node[], { email }: Person) =>
  nodes.find(({ user }) => user.email === email);

const code = (answer: GraphqlAnswer<unknown>) => codesOf(answer)[0] ?? 'ok';

describe('a group that would be deleted', () => {
  it('takes what it has in a project from those who have it by no other way', async () => {
    const roleId = await createRole(['apiKeys.manage', 'traces.read']);
    const groupId = await createGroup([member, viewer, other]);
    await grant({ projectId, groupId, roleId });
    await grant({ projectId, userId: other.id, roleId });
    const simulated = await told({ groupDeleted: groupId });
    expect([simulated.lost, simulated.gained, simulated.isComplete]).toEqual([[], [], true]);
    expect(simulated.projects?.nodes).toEqual([
      { project: { name: 'Chatbot' }, lost: [{ permission: 'apiKeys.manage', members: 2 }], gained: [] },
    ]);
    expect(simulated.members.totalCount).toBe(3);
    expect(simulated.members.nodes.map(({ lost, note }) => [lost, note])).toEqual(
      [0, 1, 2].map(() => [[], 'Nothing of it counts for them in the organization itself.']),
    );
  });

  it('says of each member of one project what they would lose, and by what they would keep the rest', async () => {
    const roleId = await createRole(['apiKeys.manage', 'traces.read']);
    const groupId = await createGroup([member, other, viewer]);
    await grant({ organizationId, groupId, roleId });
    await grant({ projectId, userId: other.id, roleId });
    await setProjectRole(projectId, viewer, 'NONE');
    const { members, lost, projects } = await told({ groupDeleted: groupId }, { projectId });
    expect([lost, projects]).toEqual([[{ permission: 'apiKeys.manage', members: 1 }], null]);
    expect(by(members.nodes, member)).toMatchObject({
      lost: ['apiKeys.manage'],
      note: 'They would keep 1 of 2 of it by the role MEMBER.',
    });
    expect(by(members.nodes, other)).toMatchObject({
      lost: [],
      note: 'They would keep all of it by the role Key keeper that they were granted, and by the role VIEWER.',
    });
    expect(by(members.nodes, viewer)).toMatchObject({
      lost: [],
      note: 'Nothing of it counts for them in the project itself.',
    });
  });

  it('takes nothing from whoever administers the instance', async () => {
    const groupId = await createGroup([other]);
    await grant({ organizationId, groupId, roleId: 'ADMIN' });
    await app.database.query('update users set instance_administrator = true where id = $1', [other.id]);
    const { members, lost, projects } = await told({ groupDeleted: groupId });
    await app.database.query('update users set instance_administrator = false where id = $1', [other.id]);
    expect([lost, projects?.nodes]).toEqual([[], []]);
    expect(members.nodes).toMatchObject([
      { lost: [], note: 'They administer the instance, and would keep everything.' },
    ]);
  });
});

describe('a role or a grant that would be gone', () => {
  it('is taken from everybody who has it, themselves or by a group, but for grants that have ended', async () => {
    const roleId = await createRole(['audit.read', 'prompts.manage']);
    await grant({ organizationId, groupId: await createGroup([member]), roleId });
    await grant({ organizationId, userId: viewer.id, roleId });
    const ended = await grant({ organizationId, userId: other.id, roleId });
    await app.database.query('update role_grants set expires_at = now() where id = $1', [ended]);
    const { members, lost, projects } = await told({ roleDeleted: roleId });
    expect(lost).toEqual([{ permission: 'audit.read', members: 2 }]);
    expect(members.nodes.map(({ user }) => user.email).sort()).toEqual([member.email, viewer.email]);
    expect(projects?.nodes.map(({ lost: inProject }) => inProject)).toEqual(
      [0, 1].map(() => [{ permission: 'prompts.manage', members: 1 }]),
    );
  });

  it('is looked at by itself: a second grant of the same role stays', async () => {
    const roleId = await createRole(['audit.read']);
    const own = await grant({ organizationId, userId: viewer.id, roleId });
    await grant({ organizationId, groupId: await createGroup([viewer, member]), roleId });
    const { members, lost } = await told({ roleGrantRevoked: own });
    expect([lost, members.nodes]).toEqual([
      [],
      [
        {
          user: { email: viewer.email },
          lost: [],
          gained: [],
          note: 'They would keep all of it by the role Key keeper of the group Engineers.',
        },
      ],
    ]);
  });
});

describe('another role of a member', () => {
  it('is what they would lose and gain in the organization, and in the projects where it counts', async () => {
    await setProjectRole(hiddenId, member, 'ADMIN');
    const { lost, gained, members, projects } = await told({ memberRole: { userId: member.id, role: 'VIEWER' } });
    expect(lost).toContainEqual({ permission: 'members.read', members: 1 });
    expect([gained, members.nodes[0]?.gained]).toEqual([[], []]);
    expect(projects?.nodes.map(({ project }) => project.name)).toEqual(['Chatbot']);
    const up = await told({ memberRole: { userId: member.id, role: 'ADMIN' } });
    expect([up.lost, up.members.nodes[0]?.lost, up.members.nodes[0]?.note]).toEqual([[], [], null]);
    expect(up.gained).toContainEqual({ permission: 'audit.read', members: 1 });
  });

  it('may be one of the project’s own, or none any more', async () => {
    await setProjectRole(projectId, viewer, 'ADMIN');
    await setProjectRole(hiddenId, viewer, 'ADMIN');
    const clear = { projectRole: { userId: viewer.id, projectId } };
    const cleared = await told(clear, { projectId });
    expect(cleared.lost).toContainEqual({ permission: 'apiKeys.manage', members: 1 });
    expect((await told(clear)).projects?.nodes.map(({ project }) => project.name)).toEqual(['Chatbot']);
    const hidden = await told({ projectRole: { userId: member.id, projectId, role: 'NONE' } });
    expect(hidden.projects?.nodes.map(({ project }) => project.name)).toEqual(['Chatbot']);
    expect(hidden.projects?.nodes[0]?.lost).toContainEqual({ permission: 'traces.read', members: 1 });
  });

  it('may be no membership at all', async () => {
    const { members, projects } = await told({ memberRemoved: member.id });
    expect(members.nodes[0]?.note).toBe('They would be no member of the organization.');
    expect(members.nodes[0]?.lost).toContain('organization.read');
    expect(projects?.nodes).toHaveLength(2);
  });
});

describe('the keys that would outlive it', () => {
  const keysOf = async (suppose: object, more: object = {}, person = owner) => {
    const answer = await person.browser.graphql<{ simulateAccess: { keys: { nodes: { name: string }[] } } }>(
      `query ($input: SimulateAccessInput!) { simulateAccess(input: $input) { keys { nodes { name } } } }`,
      { input: { organizationId, suppose, ...more } },
    );
    return (
      codesOf(answer)[0] ??
      dataOf(answer)
        .simulateAccess.keys.nodes.map(({ name }) => name)
        .sort()
    );
  };

  it('are those that hold what their maker would lose where the key is good, and in use', async () => {
    const groupId = await createGroup([member, viewer]);
    await grant({ projectId, groupId, roleId: 'ADMIN' });
    const make = (name: string, permissions: string[], more: object = {}) =>
      createApiKey(member.browser, { projectId, name, permissions, ...more });
    await make('beyond', ['apiKeys.manage', 'traces.read']);
    await make('within', ['traces.read']);
    await make('of a service account', ['apiKeys.manage'], {
      serviceAccountId: (await createAccount(owner.browser, { projectId, name: 'CI', permissions: ['apiKeys.manage'] }))
        .id,
    });
    const ended = await make('ended', ['apiKeys.manage']);
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [ended.apiKey.id]);
    await createApiKey(owner.browser, { projectId, name: 'of somebody else', permissions: ['apiKeys.manage'] });
    expect(await keysOf({ groupDeleted: groupId })).toEqual(['beyond']);
    expect(await keysOf({ groupDeleted: groupId }, { projectId })).toEqual(['beyond']);
    expect(await keysOf({ groupDeleted: groupId }, { projectId: hiddenId })).toEqual([]);
  });

  it('are told to those alone who may read them', async () => {
    const groupId = await createGroup([viewer]);
    await grant({ organizationId, groupId, roleId: 'ADMIN' });
    await app.database.query(`update memberships set role = 'OWNER' where user_id = $1 and organization_id = $2`, [
      viewer.id,
      organizationId,
    ]);
    await createApiKey(viewer.browser, { organizationId, name: 'of all', permissions: ['traces.create'] });
    await createApiKey(viewer.browser, { projectId, name: 'of Chatbot', permissions: ['traces.create'] });
    await createApiKey(viewer.browser, { projectId: hiddenId, name: 'of Hidden', permissions: ['traces.create'] });
    const suppose = { memberRole: { userId: viewer.id, role: 'NONE' } };
    const removed = { memberRemoved: viewer.id };
    expect(await keysOf(suppose)).toEqual([]);
    expect(await keysOf(removed)).toEqual(['of Chatbot', 'of Hidden', 'of all']);
    expect(await keysOf(removed, { projectId })).toEqual(['of Chatbot', 'of all']);
    expect(await keysOf(removed, { projectId }, member)).toEqual(['of Chatbot']);
    expect(await keysOf(removed, {}, member)).toBe('FORBIDDEN');
    const roleId = await createRole(['organizationKeys.read', 'members.read']);
    await grant({ organizationId, userId: other.id, roleId });
    expect(await keysOf(removed, {}, other)).toEqual(['of all']);
  });
});

describe('whoever asks', () => {
  it('is told nothing of projects whose members they may not read', async () => {
    const roleId = await createRole(['prompts.manage']);
    const groupId = await createGroup([viewer]);
    await grant({ organizationId, groupId, roleId });
    const inHidden = await grant({ projectId: hiddenId, userId: other.id, roleId });
    expect((await told({ groupDeleted: groupId })).projects?.nodes).toHaveLength(2);
    await setProjectRole(hiddenId, member, 'NONE');
    const names = async (by: Person) =>
      (await told({ groupDeleted: groupId }, {}, by)).projects?.nodes.map(({ project }) => project.name);
    expect(await names(member)).toEqual(['Chatbot']);
    await app.database.query('delete from project_roles where user_id = $1', [member.id]);
    await setProjectRole(hiddenId, member, 'VIEWER');
    expect(await names(member)).toEqual(['Chatbot']);
    expect(code(await ask(member, { roleGrantRevoked: inHidden }))).toBe('NOT_FOUND');
    const role = { projectRole: { userId: viewer.id, projectId: hiddenId, role: 'NONE' } };
    expect(code(await ask(member, role))).toBe('NOT_FOUND');
    expect(code(await ask(owner, role))).toBe('ok');
    expect(code(await ask(owner, { roleGrantRevoked: inHidden }, { projectId }))).toBe('NOT_FOUND');
    expect(code(await ask(owner, role, { projectId }))).toBe('NOT_FOUND');
  });

  it('is told in the same words of what is another organization’s, and of what never was', async () => {
    const groupId = await createGroup([viewer]);
    const roleId = await createRole(['prompts.manage']);
    const roleGrantId = await grant({ organizationId, groupId, roleId });
    const foreign = { organizationId, projectId, userId: viewer.id };
    organizationId = (await createOrganization(owner, 'Other')).id;
    const supposed = [
      { roleDeleted: roleId },
      { roleDeleted: 'ADMIN' },
      { groupDeleted: groupId },
      { roleGrantRevoked: roleGrantId },
      { memberRemoved: foreign.userId },
      { memberRole: { userId: foreign.userId, role: 'NONE' } },
      { projectRole: { userId: owner.id, projectId: foreign.projectId } },
    ];
    for (const suppose of supposed) {
      expect([suppose, code(await ask(owner, suppose))]).toEqual([suppose, 'NOT_FOUND']);
    }
    expect(code(await ask(owner, { memberRemoved: owner.id }, { projectId: foreign.projectId }))).toBe('NOT_FOUND');
    expect(code(await ask(viewer, { groupDeleted: groupId }, { organizationId: foreign.organizationId }))).toBe(
      'FORBIDDEN',
    );
  });

  it.each([
    ['none', {}],
    ['two', { groupDeleted: 'one', roleDeleted: 'another' }],
    ['one that is null', { groupDeleted: null }],
  ])('supposes exactly one change, not %s', async (_, suppose) => {
    expect(code(await ask(owner, suppose))).toBe('VALIDATION_FAILED');
  });

  it('pays as many statements for a full page as for one member', async () => {
    const groupId = await createGroup([member, viewer, other]);
    await grant({ organizationId, groupId, roleId: 'ADMIN' });
    await grant({ projectId, groupId, roleId: 'ADMIN' });
    const [one, all] = [
      await countStatements(app, () => ask(owner, { groupDeleted: groupId }, {}, 1)),
      await countStatements(app, () => ask(owner, { groupDeleted: groupId })),
    ];
    expect(all).toBe(one);
    expect(all).toBeLessThan(40);
  });

  it('is told where more people are concerned than are counted, and can list them all the same', async () => {
    const groupId = await createGroup([]);
    await grant({ organizationId, groupId, roleId: 'ADMIN' });
    const crowd = 2001;
    await app.database.query(
      `with made as (
         insert into users (id, email, name)
         select gen_random_uuid(), gen_random_uuid() || '@example.test', 'Somebody' from generate_series(1, $3::int) returning id
       ), joined as (
         insert into memberships (organization_id, user_id, role, source)
         select $1, id, 'VIEWER', 'INVITATION' from made returning user_id
       )
       insert into group_members (group_id, organization_id, user_id, added_at) select $2, $1, user_id, now() from joined`,
      [organizationId, groupId, crowd],
    );
    const { lost, projects, members, isComplete } = await told({ groupDeleted: groupId });
    expect(lost).toContainEqual({ permission: 'audit.read', members: 2000 });
    expect(projects?.nodes[1]?.lost).toContainEqual({ permission: 'apiKeys.manage', members: 2000 });
    expect([isComplete, members.totalCount]).toEqual([false, crowd]);
  });
});
