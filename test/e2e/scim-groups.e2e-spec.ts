import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { ApiError } from '../support/api-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createPerson, type Person } from '../support/factories.js';
import { mutate } from '../support/mutate.js';
import { createApiKey, createProject, dataOf } from '../support/projects.js';
import {
  createDirectoryTenant,
  findScim,
  GROUP_SCHEMA,
  patchScim,
  provision,
  sendScim,
  type DirectoryTenant,
  type ScimList,
  type ScimResource,
} from '../support/scim.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { countStatements } from '../support/statements.js';
import { trailOfRequest } from '../support/trail.js';
import { withinASecond } from '../support/within-a-second.js';

let app: TestApp;
let tenant: DirectoryTenant;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  tenant = await createDirectoryTenant(app);
});

const createAs = (body: object, headers: Record<string, string> = {}) =>
  sendScim(tenant.client, 'POST', '/Groups', { schemas: [GROUP_SCHEMA], ...body }, headers);
async function createGroup(displayName: string, members: readonly string[] = []): Promise<string> {
  const answer = await createAs({ displayName, members: members.map((value) => ({ value })) });
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  return answer.json<ScimResource>().id;
}
const patch = (id: string, ...operations: readonly object[]) => patchScim(tenant, `/Groups/${id}`, operations);
const replace = (id: string, body: object, headers: Record<string, string> = {}) =>
  sendScim(tenant.client, 'PUT', `/Groups/${id}`, { schemas: [GROUP_SCHEMA], ...body }, headers);
const remove = (id: string, headers: Record<string, string> = {}) =>
  tenant.client.request('DELETE', `/api/scim/v2/Groups/${id}`, { headers });
const read = (id: string, query: Record<string, string> = {}) => findScim(tenant, `/Groups/${id}`, query);
async function people(...names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await provision(tenant, name)).id);
  return ids;
}

/** The ids of who is in a group, in their order. */
async function membersOf(id: string): Promise<string[]> {
  const { members = [] } = (await read(id)).json<{ members?: { value: string }[] }>();
  return members.map(({ value }) => value);
}
const list = async (query: Record<string, string> = {}) => (await findScim(tenant, '/Groups', query)).json<ScimList>();

/** How a call was refused. */
const refusalOf = (answer: HttpAnswer) => {
  const { code, scimType } = answer.json<{ code?: string; scimType?: string }>();
  return [answer.status, code, scimType];
};

/** What a call has left on any trail: actions, and of members whom they are about. */
async function trailOf(call: (headers: Record<string, string>) => Promise<HttpAnswer>): Promise<unknown[]> {
  const requestId = randomUUID();
  await call({ 'x-request-id': requestId });
  const trail = await trailOfRequest(app, requestId);
  return trail.map(({ action, before, after }) => {
    const { userId } = { ...before, ...after };
    return userId === undefined ? action : [action, userId];
  });
}

/** Calls a mutation of the organization's administrators. @returns the code where it is refused */
async function ask(name: string, input: object, fields = 'group { id }', by: Person = tenant.owner): Promise<string> {
  try {
    await mutate(by.browser, name, input, fields);
    return 'ok';
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

/** Whether somebody may do something, by the guard's own rules. */
async function may(userId: string, permission: string, projectId: string | null = null): Promise<boolean> {
  const answer = await tenant.owner.browser.graphql<{ explainAccess: { allowed: boolean } }>(
    'query ($input: ExplainAccessInput!) { explainAccess(input: $input) { allowed } }',
    { input: { organizationId: tenant.organizationId, projectId, userId, permission } },
  );
  return dataOf(answer).explainAccess.allowed;
}

const grant = (groupId: string, roleId: string, place: object = { organizationId: tenant.organizationId }) =>
  mutate(tenant.owner.browser, 'grantRole', { ...place, groupId, roleId }, 'roleGrant { id }');

/** A group that the organization's administrators have made. */
async function ownGroup(name: string): Promise<string> {
  const input = { organizationId: tenant.organizationId, name };
  const made = await mutate<{ group: { id: string } }>(tenant.owner.browser, 'createGroup', input, 'group { id }');
  return made.group.id;
}

describe('a group of the directory', () => {
  it('is created with its members, and told as the schema has it', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const members = [{ value: bob, display: 'B', $ref: 'x', type: 'User' }, { value: ada }, { value: ada }];
    const answer = await createAs({ displayName: ' Engineers ', externalId: 'g1', members });
    const group = answer.json<ScimResource>();
    const base = `${app.url}/api/scim/v2`;
    expect([answer.status, answer.headers.get('location'), answer.headers.get('etag')]).toEqual([
      201,
      `${base}/Groups/${group.id}`,
      group.meta.version,
    ]);
    expect(group).toEqual({
      schemas: [GROUP_SCHEMA],
      id: expect.any(String),
      displayName: 'Engineers',
      externalId: 'g1',
      members: [ada, bob].map((value, place) => ({
        value,
        $ref: `${base}/Users/${value}`,
        display: `${['ada', 'bob'][place]}@${tenant.domain}`,
        type: 'User',
      })),
      meta: {
        resourceType: 'Group',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${base}/Groups/${group.id}`,
        version: expect.stringMatching(/^W\/"/),
      },
    });
    expect((await read(group.id)).json()).toEqual(group);
    const { groups } = (await findScim(tenant, `/Users/${ada}`, {})).json<ScimResource>();
    expect(groups).toEqual([
      { value: group.id, $ref: `${base}/Groups/${group.id}`, display: 'Engineers', type: 'direct' },
    ]);
  });

  it('leaves on the trail that it was made, and who has come and gone', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const created = await trailOf((headers) =>
      createAs({ displayName: 'Engineers', members: [{ value: ada }] }, headers),
    );
    expect(created).toEqual(['group.created', ['group.memberAdded', ada]]);
    const id = (await list()).Resources[0]!.id;
    const body = { displayName: 'Builders', members: [{ value: bob }] };
    const changed = ['group.updated', ['group.memberRemoved', ada], ['group.memberAdded', bob]];
    expect(await trailOf((headers) => replace(id, body, headers))).toEqual(changed);
    expect(await trailOf((headers) => replace(id, body, headers))).toEqual([]);
    const added = [{ op: 'add', path: 'members', value: [{ value: bob }] }];
    expect(await trailOf((headers) => patchScim(tenant, `/Groups/${id}`, added, headers))).toEqual([]);
    expect(await trailOf((headers) => remove(id, headers))).toEqual(['group.deleted']);
  });

  it('changes by every form of PATCH, which answers nothing unless it is asked to', async () => {
    const [a, b, c, d] = await people('a', 'b', 'c', 'd');
    const id = await createGroup('Engineers', [a!]);
    const after = async (...operations: readonly object[]) => {
      const answer = await patch(id, ...operations);
      expect([answer.status, answer.text]).toEqual([204, '']);
      return (await membersOf(id)).map((member) => 'abcd'[[a, b, c, d].indexOf(member)]).join('');
    };
    expect(await after({ op: 'add', path: 'members', value: [{ value: b, $ref: null }, { value: c }] })).toBe('abc');
    expect(await after({ op: 'Add', path: 'members', value: { value: d } })).toBe('abcd');
    expect(await after({ op: 'remove', path: `members[value eq "${b}"]` })).toBe('acd');
    expect(await after({ op: 'Remove', path: 'members', value: [{ $ref: null, value: c }] })).toBe('ad');
    expect(await after({ op: 'replace', path: 'members', value: [{ value: b }, { value: c }] })).toBe('bc');
    expect(await after({ op: 'add', value: { members: [{ value: a }] } })).toBe('abc');
    expect(await after({ op: 'replace', value: { id: 'x', members: [{ value: d }] } })).toBe('d');
    expect(
      await after(
        { op: 'remove', path: `members[value eq "${d}"]` },
        { op: 'add', path: 'members', value: [{ value: a }] },
        { op: 'replace', path: 'displayName', value: 'Builders' },
      ),
    ).toBe('a');
    expect(await after({ op: 'remove', path: 'members' })).toBe('');
    expect((await read(id)).json()).toMatchObject({ displayName: 'Builders' });
    const told = await sendScim(tenant.client, 'PATCH', `/Groups/${id}?attributes=displayName`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { displayName: 'Choir', externalId: 'g2' } }],
    });
    expect([told.status, told.json()]).toEqual([200, { schemas: [GROUP_SCHEMA], id, displayName: 'Choir' }]);
    expect((await read(id)).json()).toMatchObject({ externalId: 'g2' });
  });

  it('has by PUT who is named and nobody else', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const id = await createGroup('Engineers', [ada!]);
    const answer = await replace(id, { displayName: 'Builders', externalId: 'g', members: [{ value: bob }] });
    expect([answer.status, answer.json()]).toMatchObject([200, { displayName: 'Builders', members: [{ value: bob }] }]);
    expect((await replace(id, { displayName: 'Builders' })).json()).not.toMatchObject({ externalId: 'g' });
    expect(await membersOf(id)).toEqual([]);
  });

  it('holds a thousand people, sent at once, one added and all but one removed within seconds', async () => {
    const prefix = randomBytes(4).toString('hex');
    await app.database.query(
      `with people as (
         insert into users (id, email, name, email_verified_at)
         select $1 || n, $1 || n || '@' || $3, 'Person ' || n, now() from generate_series(1, 1001) as n returning id)
       insert into memberships (organization_id, user_id, role, source) select $2, id, 'VIEWER', 'SCIM' from people`,
      [prefix, tenant.organizationId, tenant.domain],
    );
    const everybody = Array.from({ length: 1000 }, (_, place) => ({ value: `${prefix}${place + 1}` }));
    const times: Record<string, number> = {};
    const timed = async (name: string, call: () => Promise<HttpAnswer>) => {
      const start = performance.now();
      const { status } = await call();
      expect(status).toBeLessThan(300);
      times[name] = Math.round(performance.now() - start);
    };
    await timed('create', () => createAs({ displayName: 'Everybody', members: everybody }));
    const id = (await list({ attributes: 'id' })).Resources[0]!.id;
    await timed('read', () => read(id));
    await timed('add one', () => patch(id, { op: 'add', path: 'members', value: [{ value: `${prefix}1001` }] }));
    expect(await membersOf(id)).toHaveLength(1001);
    await timed('replace', () => patch(id, { op: 'replace', path: 'members', value: [{ value: `${prefix}7` }] }));
    expect(await membersOf(id)).toEqual([`${prefix}7`]);
    expect(Math.max(...Object.values(times))).toBeLessThan(10_000);
  });

  it.each([
    ['no name', { displayName: ' ' }, [400, 'VALIDATION_FAILED', 'invalidValue']],
    ['101 characters', { displayName: 'x'.repeat(101) }, [400, 'VALIDATION_FAILED', 'invalidValue']],
    [
      'a member without an id',
      { displayName: 'x', members: [{ display: 'Ada' }] },
      [400, 'VALIDATION_FAILED', 'invalidValue'],
    ],
    ['somebody who is nobody', { displayName: 'x', members: [{ value: 'nobody' }] }, [404, 'NOT_FOUND', undefined]],
  ])('is refused with %s, and nothing of it stays', async (_, body, expected) => {
    expect(refusalOf(await createAs(body))).toEqual(expected);
    expect((await list()).totalResults).toBe(0);
  });

  it('takes in nobody but the directory’s people: no guest, no stranger, and no group', async () => {
    const [ada] = await people('ada');
    const guest = await createPerson(app);
    await addMember(app, tenant.organizationId, guest, 'MEMBER');
    const stranger = await createPerson(app, `eve@${tenant.domain}`);
    const inner = await createGroup('Inner');
    const id = await createGroup('Outer', [ada!]);
    for (const value of [guest.id, stranger.id, inner, id]) {
      const add = { op: 'add', path: 'members', value: [{ value, type: 'Group' }] };
      expect(refusalOf(await patch(id, { op: 'replace', path: 'displayName', value: 'New' }, add))).toMatchObject([
        404,
        'NOT_FOUND',
      ]);
    }
    expect(await membersOf(id)).toEqual([ada]);
    expect((await read(id)).json()).toMatchObject({ displayName: 'Outer' });
  });

  it('has a name that no other group of the organization has, its administrators’ included', async () => {
    await ownGroup('Admins');
    const id = await createGroup('Engineers');
    for (const displayName of ['engineers', 'ADMINS']) {
      expect(refusalOf(await createAs({ displayName }))).toEqual([409, 'CONFLICT', 'uniqueness']);
      const other = await createGroup(`Other ${displayName}`);
      expect(refusalOf(await patch(other, { op: 'replace', value: { displayName } }))).toEqual([
        409,
        'CONFLICT',
        'uniqueness',
      ]);
    }
    expect((await patch(id, { op: 'replace', value: { displayName: 'ENGINEERS' } })).status).toBe(204);
  });

  it('has a version that refuses a change by whoever has seen another', async () => {
    const [ada] = await people('ada');
    const id = await createGroup('Engineers');
    const { meta } = (await read(id)).json<ScimResource>();
    const again = (tag: string) =>
      tenant.client.get(`/api/scim/v2/Groups/${id}`, { headers: { 'if-none-match': tag } });
    expect((await again(meta.version)).status).toBe(304);
    await patch(id, { op: 'add', path: 'members', value: [{ value: ada }] });
    expect((await again(meta.version)).status).toBe(200);
    const stale = { 'if-match': meta.version };
    for (const answer of [
      await patchScim(tenant, `/Groups/${id}`, [{ op: 'remove', path: 'members' }], stale),
      await replace(id, { displayName: 'x' }, stale),
      await remove(id, stale),
    ])
      expect(refusalOf(answer)).toMatchObject([412, 'PRECONDITION_FAILED']);
    expect(await membersOf(id)).toEqual([ada]);
    expect((await remove(id, { 'if-match': (await read(id)).json<ScimResource>().meta.version })).status).toBe(204);
    expect(refusalOf(await read(id))).toMatchObject([404, 'NOT_FOUND']);
  });

  it('is found by every filter that can be asked, and without its members takes no look at them', async () => {
    const [ada] = await people('ada');
    const engineers = (
      await createAs({ displayName: 'Engineers', externalId: 'G1', members: [{ value: ada }] })
    ).json<ScimResource>();
    await createGroup('Empty');
    const expected: Record<string, string[]> = {
      'displayName eq "ENGINEERS"': ['Engineers'],
      'displayName sw "e" and not (displayName co "gin")': ['Empty'],
      'externalId eq "G1"': ['Engineers'],
      'externalId eq "g1"': [],
      [`id eq "${engineers.id}" and members eq "${ada}"`]: ['Engineers'],
      [`members.value eq "${ada}"`]: ['Engineers'],
      [`members[value eq "${ada}"]`]: ['Engineers'],
      'not (members pr)': ['Empty'],
      [`meta.lastModified ge "${engineers.meta.lastModified}"`]: ['Engineers', 'Empty'],
    };
    const answered: Record<string, unknown> = {};
    for (const filter of Object.keys(expected))
      answered[filter] = (await list({ filter })).Resources.map(({ displayName }) => displayName);
    expect(answered).toEqual(expected);
    expect(refusalOf(await findScim(tenant, '/Groups', { filter: 'description pr' }))).toMatchObject([
      400,
      'VALIDATION_FAILED',
      'invalidFilter',
    ]);

    const whole = await list({ filter: 'displayName eq "Engineers"' });
    const bare = await list({ filter: 'displayName eq "Engineers"', excludedAttributes: 'members' });
    expect([whole.Resources[0], bare.Resources[0]]).toEqual([
      { ...engineers, meta: expect.any(Object) },
      { ...bare.Resources[0], members: undefined },
    ]);
    const statements = (query: Record<string, string>) => countStatements(app, () => list(query));
    expect((await statements({})) - (await statements({ excludedAttributes: 'members' }))).toBe(1);
    expect((await read(engineers.id, { excludedAttributes: 'members' })).json()).not.toHaveProperty('members');
  });

  it('takes as many statements for many groups as for one', async () => {
    const [ada] = await people('ada');
    await createGroup('First', [ada!]);
    const forOne = await countStatements(app, () => list());
    for (const name of ['a', 'b', 'c']) await createGroup(name, [ada!]);
    expect(await countStatements(app, () => list())).toBe(forOne);
  });

  it('is one organization’s alone', async () => {
    const foreign = await createDirectoryTenant(app);
    const theirs = await sendScim(foreign.client, 'POST', '/Groups', {
      schemas: [GROUP_SCHEMA],
      displayName: 'Theirs',
    });
    const { id } = theirs.json<ScimResource>();
    const refused = [
      await read(id),
      await patch(id, { op: 'remove', path: 'members' }),
      await replace(id, { displayName: 'x' }),
      await remove(id),
    ];
    for (const answer of refused) expect(refusalOf(answer)).toMatchObject([404, 'NOT_FOUND']);
    expect((await list()).totalResults).toBe(0);
  });
});

describe('what is granted to a group of the directory', () => {
  it('each of its members has at once, and no longer than they are in it', async () => {
    const [ada] = await people('ada');
    const { id: projectId } = await createProject(tenant.owner.browser, tenant.organizationId);
    const group = await createGroup('Engineers');
    await grant(group, 'ADMIN', { projectId });
    expect(await may(ada!, 'apiKeys.manage', projectId)).toBe(false);
    await patch(group, { op: 'add', path: 'members', value: [{ value: ada }] });
    expect(await may(ada!, 'apiKeys.manage', projectId)).toBe(true);
    await patch(group, { op: 'remove', path: `members[value eq "${ada}"]` });
    expect(await may(ada!, 'apiKeys.manage', projectId)).toBe(false);
    await replace(group, { displayName: 'Engineers', members: [{ value: ada }] });
    expect(await may(ada!, 'apiKeys.manage', projectId)).toBe(true);
    await remove(group);
    expect(await may(ada!, 'apiKeys.manage', projectId)).toBe(false);
  });

  it('bounds the keys that they made with it, which shrink when they leave the group', async () => {
    const ada = await createPerson(app, `ada@${tenant.domain}`);
    await addMember(app, tenant.organizationId, ada, 'VIEWER');
    const { id: projectId } = await createProject(tenant.owner.browser, tenant.organizationId);
    const group = await createGroup('Engineers', [ada.id]);
    await grant(group, 'ADMIN', { projectId });
    const permissions = ['traces.read', 'traces.create'];
    const { secretKey } = await createApiKey(ada.browser, { projectId, permissions });
    const verified = async () => {
      const answer = await app.browser({ bearer: secretKey }).postJson('/api/keys/verify', {});
      return answer.json<{ permissions?: string[] }>().permissions?.join() ?? '';
    };
    expect(await verified()).toBe('traces.read,traces.create');
    await patch(group, { op: 'remove', path: 'members' });
    expect(await withinASecond('traces.read', verified)).toBe('traces.read');
  });

  it('is none of the directory’s to hand on where it goes beyond an administrator’s: its members stay as they are', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const { role } = await mutate<{ role: { id: string } }>(
      tenant.owner.browser,
      'createRole',
      { organizationId: tenant.organizationId, name: 'Keeper', permissions: ['organizationKeys.manage'] },
      'role { id }',
    );
    const id = await createGroup('Keepers', [ada!]);
    await grant(id, role.id);
    for (const answer of [
      await patch(id, { op: 'add', path: 'members', value: [{ value: bob }] }),
      await patch(id, { op: 'remove', path: 'members' }),
      await replace(id, { displayName: 'Keepers', members: [{ value: bob }] }),
      await remove(id),
    ])
      expect(refusalOf(answer)).toMatchObject([403, 'CANNOT_GRANT']);
    expect(await membersOf(id)).toEqual([ada]);
    expect((await patch(id, { op: 'replace', value: { displayName: 'Key keepers' } })).status).toBe(204);
  });
});

describe('administrators', () => {
  it('have groups of their own, which the directory finds nowhere', async () => {
    const [ada] = await people('ada');
    const id = await ownGroup('Admins');
    expect(await ask('addGroupMember', { groupId: id, userId: ada })).toBe('ok');
    expect((await list()).totalResults).toBe(0);
    expect((await findScim(tenant, `/Users/${ada}`, {})).json()).not.toHaveProperty('groups');
    expect((await findScim(tenant, '/Users', { filter: 'groups.display eq "Admins"' })).json()).toMatchObject({
      totalResults: 0,
    });
    const refused = [
      await read(id),
      await patch(id, { op: 'remove', path: 'members' }),
      await replace(id, { displayName: 'x' }),
      await remove(id),
    ];
    for (const answer of refused) expect(refusalOf(answer)).toMatchObject([404, 'NOT_FOUND']);
  });

  it('describe and delete a group of the directory, and neither name it nor say who is in it', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const id = await createGroup('Engineers', [ada!]);
    expect(await ask('updateGroup', { groupId: id, name: 'Builders' })).toBe('PRECONDITION_FAILED');
    expect(await ask('addGroupMember', { groupId: id, userId: bob })).toBe('PRECONDITION_FAILED');
    expect(await ask('removeGroupMember', { groupId: id, userId: ada })).toBe('PRECONDITION_FAILED');
    expect(await ask('updateGroup', { groupId: id, name: 'Engineers', description: 'They build' })).toBe('ok');
    expect(await membersOf(id)).toEqual([ada]);
    expect((await patch(id, { op: 'replace', value: { displayName: 'Builders' } })).status).toBe(204);
    const { group } = await mutate<{ group: object }>(
      tenant.owner.browser,
      'updateGroup',
      { groupId: id },
      'group { name description source }',
    );
    expect(group).toEqual({ name: 'Builders', description: 'They build', source: 'SCIM' });
    expect(await ask('deleteGroup', { groupId: id })).toBe('ok');
    expect(refusalOf(await read(id))).toMatchObject([404, 'NOT_FOUND']);
  });

  it('take a group from the directory with its members and roles, and say from then on who is in it', async () => {
    const [ada, bob] = await people('ada', 'bob');
    const made = await createAs({ displayName: 'Engineers', externalId: 'g1', members: [{ value: ada }] });
    const { id } = made.json<ScimResource>();
    await grant(id, 'ADMIN');
    const requestId = randomUUID();
    const fields = 'group { name source externalId members { nodes { user { id } } } }';
    const detach = () => mutate(tenant.owner.browser, 'detachGroup', { groupId: id }, fields, requestId);
    const detached = { name: 'Engineers', source: 'ADMINISTRATOR', externalId: null };
    expect(await detach()).toMatchObject({ group: { ...detached, members: { nodes: [{ user: { id: ada } }] } } });
    await detach();
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'group.detached',
        resource_id: id,
        before: { source: 'SCIM', externalId: 'g1' },
        after: { source: 'ADMINISTRATOR', externalId: null },
      },
    ]);
    const refused = [await read(id), await patch(id, { op: 'remove', path: 'members' }), await remove(id)];
    for (const answer of refused) expect(refusalOf(answer)).toMatchObject([404, 'NOT_FOUND']);
    expect(await may(ada!, 'members.manage')).toBe(true);
    expect(refusalOf(await createAs({ displayName: 'Engineers' }))).toEqual([409, 'CONFLICT', 'uniqueness']);
    expect(await ask('updateGroup', { groupId: id, name: 'Builders' })).toBe('ok');
    expect(await ask('addGroupMember', { groupId: id, userId: bob })).toBe('ok');
    expect(await createGroup('Engineers')).not.toBe(id);
  });
});
