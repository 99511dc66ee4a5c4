import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { precreate } from '../support/accounts.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { changeRole } from '../support/members.js';
import { mutate } from '../support/mutate.js';
import { bookPlan } from '../support/plans.js';
import {
  createDirectoryTenant,
  ENTERPRISE_SCHEMA,
  findScim,
  patchScim,
  provision,
  sendScim,
  USER_SCHEMA,
  type DirectoryTenant,
  type ScimList,
  type ScimResource,
} from '../support/scim.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { verifiedDomain } from '../support/sso.js';
import { countStatements } from '../support/statements.js';
import { trailOfRequest, type TrailEntry } from '../support/trail.js';

let app: TestApp;
let tenant: DirectoryTenant;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  tenant = await createDirectoryTenant(app);
});

const at = (local: string): string => `${local}@${tenant.domain}`;
const create = (body: object) => sendScim(tenant.client, 'POST', '/Users', { schemas: [USER_SCHEMA], ...body });
const replace = (id: string, body: object, headers?: Record<string, string>) =>
  sendScim(tenant.client, 'PUT', `/Users/${id}`, { schemas: [USER_SCHEMA], ...body }, headers);
const patch = (id: string, ...operations: readonly object[]) => patchScim(tenant, `/Users/${id}`, operations);
const remove = (id: string, headers: Record<string, string> = {}) =>
  tenant.client.request('DELETE', `/api/scim/v2/Users/${id}`, { headers });
const read = async (id: string) => (await findScim(tenant, `/Users/${id}`, {})).json<ScimResource>();
const set = (value: object) => ({ op: 'replace', value });

const list = async (query: Record<string, string>) => {
  const answer = await findScim(tenant, '/Users', query);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  return answer.json<ScimList>();
};
/** The parts before the @ of those who are found, oldest first. */
const found = async (filter: string) =>
  (await list({ filter })).Resources.map(({ userName }) => (userName as string).split('@')[0]);

/** How a call was refused. */
const refusalOf = (answer: HttpAnswer) => {
  const { code, scimType } = answer.json<{ code?: string; scimType?: string }>();
  return [answer.status, code, scimType];
};

/** What a call has left on any trail. */
async function trailOf(call: (headers: Record<string, string>) => Promise<HttpAnswer>): Promise<TrailEntry[]> {
  const requestId = randomUUID();
  const answer = await call({ 'x-request-id': requestId });
  expect({ status: answer.status, text: answer.text }).toEqual({
    status: expect.any(Number),
    text: expect.any(String),
  });
  return trailOfRequest(app, requestId);
}
const trailOfPatch = (id: string, ...operations: readonly object[]) =>
  trailOf((headers) => patchScim(tenant, `/Users/${id}`, operations, headers));
const trailOfPost = (body: object) =>
  trailOf((headers) => sendScim(tenant.client, 'POST', '/Users', { schemas: [USER_SCHEMA], ...body }, headers));
const actions = (trail: readonly TrailEntry[]) => trail.map(({ action }) => action);

interface Stored {
  readonly email: string;
  readonly name: string;
  readonly deactivated: boolean;
  readonly verified: boolean;
  readonly password: boolean;
  readonly sessions: number;
}

/** The account as it is stored; undefined where there is none. */
async function stored(id: string): Promise<Stored | undefined> {
  const { rows } = await app.database.query<Stored>(
    `select email, name, deactivated_at is not null as deactivated, email_verified_at is not null as verified,
       password_hash is not null as password,
       (select count(*)::int from sessions where user_id = users.id) as sessions
     from users where id = $1`,
    [id],
  );
  return rows[0];
}

async function roleOf(id: string, organizationId = tenant.organizationId): Promise<[string, string] | null> {
  const { rows } = await app.database.query<{ role: string; source: string }>(
    'select role, source from memberships where organization_id = $1 and user_id = $2',
    [organizationId, id],
  );
  return rows[0] ? [rows[0].role, rows[0].source] : null;
}

/** Somebody of the directory, who is signed in. */
async function employee(local: string): Promise<Person> {
  const person = await createPerson(app, at(local));
  await addMember(app, tenant.organizationId, person, 'MEMBER');
  return person;
}
const isSignedIn = async ({ browser }: Person) => (await browser.get('/api/auth/session')).status === 200;

/** Another organization that somebody belongs to. */
async function elsewhere(person: Pick<Person, 'id'>): Promise<string> {
  const { id } = await createOrganization(await createPerson(app), 'Elsewhere');
  await app.database.query(
    `insert into memberships (organization_id, user_id, role, source) values ($1, $2, 'MEMBER', 'INVITATION')`,
    [id, person.id],
  );
  return id;
}

describe('a person who is created', () => {
  it('has an account, a membership with the directory’s role, and is told as the schemas have it', async () => {
    const answer = await create({
      userName: at('ada'),
      externalId: '00u1',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: at('Ada'), type: 'work', primary: true }],
      active: true,
      password: 'is none of ours',
      [ENTERPRISE_SCHEMA]: { department: 'Engines' },
    });
    const ada = answer.json<ScimResource>();
    expect([answer.status, answer.headers.get('location'), answer.headers.get('etag')]).toEqual([
      201,
      `${app.url}/api/scim/v2/Users/${ada.id}`,
      ada.meta.version,
    ]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect(ada).toEqual({
      schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
      id: expect.any(String),
      externalId: '00u1',
      userName: at('ada'),
      displayName: 'Ada Lovelace',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: at('Ada'), type: 'work', primary: true }],
      active: true,
      roles: [{ value: 'VIEWER', primary: true }],
      [ENTERPRISE_SCHEMA]: { department: 'Engines' },
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${app.url}/api/scim/v2/Users/${ada.id}`,
        version: expect.stringMatching(/^W\/"/),
      },
    });
    expect(await read(ada.id)).toEqual(ada);
    expect(await roleOf(ada.id)).toEqual(['VIEWER', 'SCIM']);
    expect(await stored(ada.id)).toMatchObject({
      email: at('ada'),
      name: 'Ada Lovelace',
      verified: true,
      password: false,
    });
  });

  it('leaves that they were made and have joined on the trail, and nothing of what was said of them', async () => {
    const trail = await trailOfPost({ userName: at('ada'), title: 'Countess', roles: [{ value: 'member' }] });
    expect(trail).toMatchObject([
      { action: 'user.created', actor_kind: 'scimToken', after: { email: at('ada'), by: 'scim', emailVerified: true } },
      { action: 'member.added', actor_label: 'SCIM token "Okta"', after: { role: 'MEMBER', source: 'SCIM' } },
    ]);
    expect(trail).toHaveLength(2);
    expect(JSON.stringify(trail)).not.toContain('Countess');
  });

  it.each([
    ['the primary one', [{ value: 'a@x' }, { value: 'w@x', type: 'work' }, { value: 'p@x', primary: true }], 'p'],
    ['else that of work', [{ value: 'a@x' }, { value: 'w@x', type: 'Work' }], 'w'],
    ['else the first', [{ value: 'a@x', type: 'home' }, { value: 'b@x' }], 'a'],
    ['else the userName', [], 'ada'],
  ])('has of several emails %s', async (_, emails, expected) => {
    const own = emails.map((email) => ({ ...email, value: email.value.replace('x', tenant.domain) }));
    const { id } = (await create({ userName: at('ada'), emails: own })).json<ScimResource>();
    expect((await stored(id))?.email).toBe(at(expected));
  });

  it.each([
    ['displayName', { displayName: ' Ada\u0007 L. ', name: { formatted: 'A', givenName: 'B' } }, 'Ada L.'],
    ['else formatted', { name: { formatted: 'Ada of Lovelace', givenName: 'Ada' } }, 'Ada of Lovelace'],
    ['else given and family name', { name: { familyName: 'Lovelace', givenName: 'Ada' } }, 'Ada Lovelace'],
    ['else the userName', {}, 'ada.l'],
  ])('is called by %s', async (_, said, expected) => {
    const answer = await create({ userName: 'ada.l', emails: [{ value: at('ada') }], ...said });
    expect((await stored(answer.json<ScimResource>().id))?.name).toBe(expected);
  });

  it('may be deactivated from the start', async () => {
    const trail = await trailOfPost({ userName: at('ada'), active: false });
    expect(actions(trail)).toEqual(['user.created', 'member.added', 'user.deactivated']);
    expect((await list({})).Resources).toMatchObject([{ active: false }]);
  });

  it.each([
    ['no userName', {}, [400, 'VALIDATION_FAILED', 'invalidValue']],
    ['a userName that is no address, and no email', { userName: 'ada' }, [400, 'VALIDATION_FAILED', 'invalidValue']],
    ['an email of another domain', { userName: 'ada@elsewhere.test' }, [412, 'DOMAIN_NOT_VERIFIED', undefined]],
    ['a role that is none', { userName: 'ada@x', roles: ['KING'] }, [400, 'VALIDATION_FAILED', 'invalidValue']],
    ['an owner’s role', { userName: 'ada@x', roles: ['OWNER'] }, [403, 'CANNOT_GRANT', undefined]],
    [
      '33,000 characters',
      { userName: 'ada@x', addresses: Array.from({ length: 20 }, () => ({ formatted: 'x'.repeat(2000) })) },
      [400, 'VALIDATION_FAILED', 'tooMany'],
    ],
  ])('is refused with %s, and leaves nobody behind', async (_, body: { userName?: string }, expected) => {
    const userName = body.userName?.replace('@x', `@${tenant.domain}`);
    expect(refusalOf(await create({ ...body, ...(userName === undefined ? {} : { userName }) }))).toEqual(expected);
    expect((await list({})).totalResults).toBe(0);
    const { rows } = await app.database.query('select from users where email = $1', [userName]);
    expect(rows).toEqual([]);
  });

  it('needs a seat', async () => {
    await provision(tenant, 'ada');
    await bookPlan(app, tenant.organizationId, 'enterprise', 2);
    const trail = await trailOfPost({ userName: at('eve') });
    expect(trail).toMatchObject([{ action: 'operation.refused', after: { code: 'ENTITLEMENT_REQUIRED' } }]);
    const { rows } = await app.database.query('select from users where email = $1', [at('eve')]);
    expect(rows).toEqual([]);
  });
});

describe('an account that is there already', () => {
  it('is taken on with its name, its sessions and its memberships', async () => {
    const ada = await createPerson(app, at('ada'));
    const other = await elsewhere(ada);
    const trail = await trailOfPost({ userName: at('ADA'), displayName: 'Augusta' });
    expect(actions(trail)).toEqual(['member.added']);
    expect([await roleOf(ada.id), await roleOf(ada.id, other)]).toEqual([
      ['VIEWER', 'SCIM'],
      ['MEMBER', 'INVITATION'],
    ]);
    expect(await stored(ada.id)).toMatchObject({ name: 'ada', sessions: 1 });
    expect(await isSignedIn(ada)).toBe(true);
  });

  it('loses what a stranger had put into it, whose email nobody had proven: the password and every session', async () => {
    const stranger = await createPerson(app, at('ada'));
    await app.database.query(`update users set email_verified_at = null, password_hash = 'x' where id = $1`, [
      stranger.id,
    ]);
    const trail = await trailOfPost({ userName: at('ada') });
    expect(trail).toMatchObject([
      { action: 'user.claimed', resource_id: stranger.id, after: { emailVerified: true, passwordDropped: true } },
      { action: 'member.added' },
    ]);
    expect(trail).toHaveLength(2);
    expect(await stored(stranger.id)).toMatchObject({ verified: true, password: false, sessions: 0 });
    expect(await isSignedIn(stranger)).toBe(false);
  });

  it('is not created twice: a member is found by their userName, and then changed', async () => {
    const ada = await employee('ada');
    expect(refusalOf(await create({ userName: at('ada') }))).toEqual([409, 'CONFLICT', 'uniqueness']);
    const { Resources } = await list({ filter: `userName eq "${at('ADA')}"` });
    expect(Resources).toMatchObject([{ id: ada.id, userName: at('ada'), roles: [{ value: 'MEMBER' }] }]);
    expect((await patch(ada.id, set({ externalId: '00u1', title: 'Countess' }))).json()).toMatchObject({
      externalId: '00u1',
      title: 'Countess',
    });
    expect(await roleOf(ada.id)).toEqual(['MEMBER', 'INVITATION']);
  });

  it('keeps a userName for itself, in whichever case, be its person out of sight', async () => {
    const { id } = await provision(tenant, 'ada');
    const other = { userName: at('ADA'), emails: [{ value: at('other') }] };
    expect(refusalOf(await create(other))).toEqual([409, 'CONFLICT', 'uniqueness']);
    await app.database.query('update users set email = $2 where id = $1', [id, `${id}@elsewhere.test`]);
    expect(refusalOf(await create(other))).toEqual([409, 'CONFLICT', 'uniqueness']);
    const eve = await provision(tenant, 'eve');
    expect(refusalOf(await patch(eve.id, set({ userName: at('aDa') })))).toEqual([409, 'CONFLICT', 'uniqueness']);
  });

  it('is not let in again whom an instance administrator has deactivated', async () => {
    const ada = await createPerson(app, at('ada'));
    await mutate(app.admin(), 'deactivateUser', { userId: ada.id }, 'user { id }');
    expect(refusalOf(await create({ userName: at('ada'), active: true }))).toEqual([403, 'FORBIDDEN', undefined]);
    expect(await roleOf(ada.id)).toBeNull();
  });
});

describe('a change', () => {
  it('by PATCH changes what it names, by PUT it unsets what is not named, but active and roles', async () => {
    const { id } = await provision(tenant, 'ada', {
      displayName: 'Ada',
      title: 'Countess',
      externalId: '1',
      roles: ['MEMBER'],
      [ENTERPRISE_SCHEMA]: { department: 'Engines' },
    });
    const patched = (await patch(id, set({ title: 'Lady', active: false }))).json<ScimResource>();
    expect(patched).toMatchObject({ title: 'Lady', active: false, externalId: '1', displayName: 'Ada' });
    const replaced = (await replace(id, { userName: at('ada'), nickName: 'A' })).json<ScimResource>();
    expect(replaced).toEqual({
      schemas: [USER_SCHEMA],
      id,
      userName: at('ada'),
      displayName: 'Ada',
      nickName: 'A',
      emails: [{ value: at('ada'), type: 'work', primary: true }],
      active: false,
      roles: [{ value: 'MEMBER', primary: true }],
      meta: expect.any(Object),
    });
    expect(await read(id)).toEqual(replaced);
  });

  it('is on the trail with the names of attributes and not what they hold', async () => {
    const { id } = await provision(tenant, 'ada', { externalId: '1', name: { givenName: 'Ada', familyName: 'L' } });
    const said = {
      title: 'Countess',
      externalId: '2',
      name: { middleName: 'Byron' },
      [ENTERPRISE_SCHEMA]: { costCenter: '7' },
    };
    const trail = await trailOfPatch(id, set(said));
    expect(trail).toMatchObject([
      {
        action: 'scimUser.updated',
        resource_id: id,
        before: { userName: at('ada'), externalId: '1' },
        after: { userName: at('ada'), externalId: '2', changed: ['name', 'title', ENTERPRISE_SCHEMA] },
      },
    ]);
    expect(trail).toHaveLength(1);
    expect(JSON.stringify(trail)).not.toMatch(/Countess|Byron/);
    const same = { displayName: 'Ada', emails: [{ value: at('ada'), type: 'work', primary: true }] };
    await replace(id, { userName: at('ada'), ...same });
    const again = await trailOf((headers) => replace(id, { userName: at('ada'), ...same, title: 'Lady' }, headers));
    expect(again).toMatchObject([{ action: 'scimUser.updated', after: { changed: ['title'] } }]);
  });

  it('of each part leaves its own event, and none where it is said again', async () => {
    const { id } = await provision(tenant, 'ada', { displayName: 'Ada' });
    const all = set({
      displayName: 'Augusta',
      emails: [{ primary: true, type: 'work', value: at('augusta') }],
      roles: [{ value: 'ADMIN', primary: true }],
      active: false,
    });
    const trail = await trailOfPatch(id, all);
    expect(trail).toMatchObject([
      { action: 'user.emailChanged', before: { email: at('ada') }, after: { email: at('augusta') } },
      { action: 'user.renamed', before: { name: 'Ada' }, after: { name: 'Augusta' } },
      { action: 'member.roleChanged', before: { role: 'VIEWER' }, after: { role: 'ADMIN' } },
      { action: 'scimUser.updated', after: { changed: ['displayName', 'emails'] } },
      { action: 'user.deactivated', after: { byDirectory: true } },
    ]);
    expect(trail).toHaveLength(5);
    const before = await read(id);
    expect(actions(await trailOfPatch(id, all))).toEqual([]);
    const { schemas: _, ...again } = before;
    expect(actions(await trailOf((headers) => replace(id, again, headers)))).toEqual([]);
    expect(await read(id)).toEqual(before);
  });

  it('of active alone leaves one event each, and is told as the last one', async () => {
    const { id, meta } = await provision(tenant, 'ada');
    expect(actions(await trailOfPatch(id, set({ active: false })))).toEqual(['user.deactivated']);
    expect(actions(await trailOfPatch(id, set({ active: false })))).toEqual([]);
    expect(actions(await trailOfPatch(id, set({ active: true })))).toEqual(['user.activated']);
    expect((await read(id)).meta.lastModified > meta.lastModified).toBe(true);
    expect(actions(await trailOfPatch(id, set({ title: 'Countess' })))).toEqual(['scimUser.updated']);
  });

  it('of the email moves the account within the organization’s domains, where nobody is, and nowhere else', async () => {
    const { id } = await provision(tenant, 'ada');
    await provision(tenant, 'eve');
    const to = (email: string) => patch(id, { op: 'Replace', path: 'emails[type eq "work"].value', value: email });
    expect(refusalOf(await to(at('eve')))).toEqual([409, 'CONFLICT', 'uniqueness']);
    expect(refusalOf(await to('ada@elsewhere.test'))).toEqual([412, 'DOMAIN_NOT_VERIFIED', undefined]);
    expect(refusalOf(await to('ada'))).toEqual([400, 'VALIDATION_FAILED', 'invalidValue']);
    expect((await stored(id))?.email).toBe(at('ada'));
    expect((await to(at('Augusta'))).status).toBe(200);
    expect(await stored(id)).toMatchObject({ email: at('augusta'), verified: true });
  });

  it('of something else does not bring back what a person has changed themselves since', async () => {
    for (const said of [{}, { displayName: 'Ada', emails: [{ value: at('ada'), type: 'work', primary: true }] }]) {
      const { id } = await provision(tenant, 'ada', said);
      await app.database.query('update users set name = $2, email = $3 where id = $1', [id, 'Countess', at(`c-${id}`)]);
      await patch(id, set({ title: 'Lady' }));
      await patch(id, set({ nickName: 'L', active: false }));
      expect(await stored(id)).toMatchObject({ name: 'Countess', email: at(`c-${id}`) });
      await patch(id, set({ displayName: 'Augusta' }));
      expect(await stored(id)).toMatchObject({ name: 'Augusta', email: at(`c-${id}`) });
      await remove(id);
    }
  });

  it('of the userName is told on the trail, and moves the account only where it is the email too', async () => {
    const { id } = await provision(tenant, 'ada');
    const both = { userName: at('augusta'), emails: [{ value: at('ada') }] };
    expect(await trailOf((headers) => replace(id, both, headers))).toMatchObject([
      { action: 'scimUser.updated', before: { userName: at('ada') }, after: { userName: at('augusta') } },
    ]);
    expect((await stored(id))?.email).toBe(at('ada'));
    await patch(id, set({ userName: at('countess') }));
    expect((await stored(id))?.email).toBe(at('ada'));
    await replace(id, { userName: at('augusta') });
    expect((await stored(id))?.email).toBe(at('augusta'));
    await patch(id, set({ userName: at('lovelace') }));
    expect((await stored(id))?.email).toBe(at('lovelace'));
    await patch(id, set({ userName: 'LOVELACE' }));
    expect(await stored(id)).toMatchObject({ email: at('lovelace') });
  });

  it('of the role goes as far as the directory’s own, and no owner is demoted', async () => {
    const { id } = await provision(tenant, 'ada');
    const owner = await employee('owner');
    await changeRole(tenant.owner, tenant.organizationId, owner.id, 'OWNER');
    const to = (whom: string, role: string) =>
      patch(whom, { op: 'Add', path: 'roles[primary eq "True"].value', value: role });
    expect((await to(id, 'Admin')).json()).toMatchObject({ roles: [{ value: 'ADMIN', primary: true }] });
    const add = (role: object) => patch(id, { op: 'add', path: 'roles', value: [role] });
    expect((await add({ value: 'MEMBER' })).json()).toMatchObject({ roles: [{ value: 'MEMBER', primary: true }] });
    expect((await add({ value: 'ADMIN', primary: 'True' })).json()).toMatchObject({ roles: [{ value: 'ADMIN' }] });
    expect((await patch(id, { op: 'remove', path: 'roles' })).json()).toMatchObject({ roles: [{ value: 'ADMIN' }] });
    expect(refusalOf(await to(id, 'OWNER'))).toEqual([403, 'CANNOT_GRANT', undefined]);
    expect(refusalOf(await to(owner.id, 'MEMBER'))).toEqual([403, 'CANNOT_GRANT', undefined]);
    expect(refusalOf(await to(id, 'KING'))).toEqual([400, 'VALIDATION_FAILED', 'invalidValue']);
    expect((await patch(owner.id, set({ title: 'Chair' }))).json()).toMatchObject({ title: 'Chair' });
    expect([(await roleOf(id))?.[0], (await roleOf(owner.id))?.[0]]).toEqual(['ADMIN', 'OWNER']);
  });

  it.each([
    ['no userName', [{ op: 'remove', path: 'userName' }], 'invalidValue'],
    ['an unknown path', [{ op: 'add', path: 'shoeSize', value: '44' }], 'invalidPath'],
    ['an id', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['groups', [{ op: 'add', path: 'groups', value: [{ value: 'x' }] }], 'mutability'],
    ['no target', [{ op: 'replace', path: 'emails[type eq "a" or type eq "b"].value', value: 'x' }], 'noTarget'],
  ])('is refused as a whole with %s', async (_, operations, scimType) => {
    const { id } = await provision(tenant, 'ada');
    const before = await read(id);
    const answer = await patch(id, { op: 'replace', path: 'title', value: 'Lady' }, ...operations);
    expect(refusalOf(answer)).toEqual([400, 'VALIDATION_FAILED', scimType]);
    expect(await read(id)).toEqual(before);
  });
});

describe('active', () => {
  it('false ends the sessions and lets nobody in, and true lets them in again as the member that they were', async () => {
    const ada = await employee('ada');
    expect((await patch(ada.id, set({ active: false }))).json()).toMatchObject({ active: false });
    expect([await stored(ada.id), await isSignedIn(ada)]).toMatchObject([{ deactivated: true, sessions: 0 }, false]);
    expect(await roleOf(ada.id)).toEqual(['MEMBER', 'INVITATION']);
    expect((await patch(ada.id, { op: 'Replace', path: 'active', value: 'True' })).json()).toMatchObject({
      active: true,
    });
    expect(await stored(ada.id)).toMatchObject({ deactivated: false });
    expect(await roleOf(ada.id)).toEqual(['MEMBER', 'INVITATION']);
  });

  it('true lets in whom the directory of the domain’s former owner has put out', async () => {
    const { id } = await provision(tenant, 'ada');
    await patch(id, set({ active: false }));
    const next = await createDirectoryTenant(app);
    await app.database.query('update domains set organization_id = $2 where name = $1', [
      tenant.domain,
      next.organizationId,
    ]);
    const sent = await sendScim(next.client, 'POST', '/Users', { schemas: [USER_SCHEMA], userName: at('ada') });
    expect([sent.status, sent.json<ScimResource>().id, sent.json<ScimResource>().active]).toEqual([201, id, true]);
  });

  it('true is refused for whom an instance administrator has deactivated; all else may change', async () => {
    const ada = await employee('ada');
    await mutate(app.admin(), 'deactivateUser', { userId: ada.id }, 'user { id }');
    expect(refusalOf(await patch(ada.id, set({ active: true })))).toEqual([403, 'FORBIDDEN', undefined]);
    expect((await patch(ada.id, set({ title: 'Lady' }))).json()).toMatchObject({ active: false, title: 'Lady' });
  });

  it('false is refused for the only owner', async () => {
    const owner = await employee('owner');
    await changeRole(tenant.owner, tenant.organizationId, owner.id, 'OWNER');
    await app.database.query(`delete from memberships where user_id = $1`, [tenant.owner.id]);
    expect(refusalOf(await patch(owner.id, set({ active: false })))).toMatchObject([409, 'LAST_OWNER']);
    expect(refusalOf(await remove(owner.id))).toMatchObject([409, 'LAST_OWNER']);
    expect(await stored(owner.id)).toMatchObject({ deactivated: false });
  });
});

describe('a person who is deleted', () => {
  it('has no account any more where they belong nowhere else', async () => {
    const { id } = await provision(tenant, 'ada');
    const trail = await trailOf((headers) => remove(id, headers));
    expect(trail).toMatchObject([
      { action: 'member.removed', resource_id: id },
      { action: 'user.deleted', resource_id: id },
    ]);
    expect(trail).toHaveLength(2);
    expect(await stored(id)).toBeUndefined();
    for (const again of [await remove(id), await findScim(tenant, `/Users/${id}`, {}), await patch(id, set({}))])
      expect(refusalOf(again)).toMatchObject([404, 'NOT_FOUND']);
    expect((await provision(tenant, 'ada')).id).not.toBe(id);
  });

  it('keeps an account that lets nobody in where they are a member elsewhere, and may come back', async () => {
    const ada = await employee('ada');
    const other = await elsewhere(ada);
    const trail = await trailOf((headers) => remove(ada.id, headers));
    expect(actions(trail)).toEqual(['member.removed', 'user.deactivated']);
    expect(await stored(ada.id)).toMatchObject({ deactivated: true, sessions: 0 });
    expect([await roleOf(ada.id), await roleOf(ada.id, other)]).toEqual([null, ['MEMBER', 'INVITATION']]);
    expect(actions(await trailOfPost({ userName: at('ada'), active: true }))).toEqual([
      'member.added',
      'user.activated',
    ]);
    expect(await stored(ada.id)).toMatchObject({ deactivated: false });
  });
});

describe('calls at once', () => {
  it('create somebody once, give a userName once, and change one after the other', async () => {
    const statuses = async (...calls: readonly Promise<HttpAnswer>[]) =>
      (await Promise.all(calls)).map(({ status }) => status).sort();
    const same = { userName: at('ada'), emails: [{ value: at('ada') }] };
    expect(await statuses(create(same), create(same), create(same))).toEqual([201, 409, 409]);
    const named = (local: string) => create({ userName: 'one name', emails: [{ value: at(local) }] });
    expect(await statuses(named('b'), named('c'))).toEqual([201, 409]);
    const { id } = await provision(tenant, 'eve');
    const titles = ['a', 'b', 'c'].map((letter) =>
      patch(id, { op: 'add', path: `phoneNumbers[type eq "${letter}"].value`, value: letter }),
    );
    expect(await statuses(...titles)).toEqual([200, 200, 200]);
    expect((await read(id)).phoneNumbers).toHaveLength(3);
    expect((await statuses(remove(id), remove(id))).sort()).toEqual([204, 404]);
  });
});

describe('a list', () => {
  it('is of those whose email lies in a verified domain: guests are somebody else’s people', async () => {
    const { id } = await provision(tenant, 'ada');
    const guest = await createPerson(app);
    await addMember(app, tenant.organizationId, guest, 'MEMBER');
    await createPerson(app, at('nobody'));
    expect((await list({})).Resources.map((user) => user.id)).toEqual([id]);
    for (const refused of [
      await findScim(tenant, `/Users/${guest.id}`, {}),
      await patch(guest.id, set({ active: false })),
      await replace(guest.id, { userName: at('guest') }),
      await remove(guest.id),
    ])
      expect(refusalOf(refused)).toMatchObject([404, 'NOT_FOUND']);
    expect(await stored(guest.id)).toMatchObject({ deactivated: false, sessions: 1 });
    await app.database.query(`update domains set status = 'LAPSED' where name = $1`, [tenant.domain]);
    expect((await list({})).totalResults).toBe(0);
    expect(refusalOf(await findScim(tenant, `/Users/${id}`, {}))).toMatchObject([404, 'NOT_FOUND']);
    expect(refusalOf(await create({ userName: at('eve') }))).toMatchObject([412, 'DOMAIN_NOT_VERIFIED']);
  });

  it('is of every verified domain of the organization, and of its people alone', async () => {
    await provision(tenant, 'ada');
    const second = `second.${tenant.domain}`;
    await verifiedDomain(app, tenant.organizationId, second);
    expect((await create({ userName: `bob@${second}` })).status).toBe(201);
    const foreign = await createDirectoryTenant(app);
    const other = await provision(foreign, 'eve');
    expect(await found('userName pr')).toEqual(['ada', 'bob']);
    expect(refusalOf(await findScim(tenant, `/Users/${other.id}`, {}))).toMatchObject([404, 'NOT_FOUND']);
    expect(refusalOf(await remove(other.id))).toMatchObject([404, 'NOT_FOUND']);
  });

  it('answers every filter that can be asked', async () => {
    await provision(tenant, 'ada', {
      externalId: 'X1',
      displayName: 'Ada L',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      title: String.raw`CORP\Countess`,
      emails: [
        { value: at('ada'), type: 'work', primary: true },
        { value: 'ada@home.test', type: 'home' },
      ],
      roles: ['ADMIN'],
      [ENTERPRISE_SCHEMA]: { department: 'Engines', employeeNumber: '7' },
    });
    const past = new Date(Date.now() + 1).toISOString();
    await provision(tenant, 'bob', { active: false, title: `O'Brien`, userType: 'Contractor' });
    const { Resources } = await list({ filter: `userName sw "bob"` });
    const bob = Resources[0]!;
    const expected: Record<string, string[]> = {
      [`userName eq "${at('ADA')}"`]: ['ada'],
      'userName ne "x"': ['ada', 'bob'],
      'userName co "DA@"': ['ada'],
      [`userName ew "${tenant.domain}" and userName sw "b"`]: ['bob'],
      'userName gt "b"': ['bob'],
      'userName le "b"': ['ada'],
      'userName co "%"': [],
      'userName co "_"': [],
      [`id eq "${bob.id}"`]: ['bob'],
      [`id eq "${bob.id.toUpperCase()}"`]: [],
      'externalId eq "X1"': ['ada'],
      'externalId eq "x1"': [],
      'externalId pr': ['ada'],
      'not (externalId pr)': ['bob'],
      'externalId ne "X1"': ['bob'],
      'externalId eq null': ['bob'],
      'active eq true': ['ada'],
      'active ne true': ['bob'],
      'active eq "False"': ['bob'],
      'displayName eq "ada l"': ['ada'],
      'name.familyName sw "love"': ['ada'],
      'not (name.familyName sw "love")': ['bob'],
      [String.raw`title eq "corp\\countess"`]: ['ada'],
      [`title eq "o'brien"`]: ['bob'],
      [`title eq "' or true or title = '"`]: [],
      'userType eq "contractor" or externalId eq "X1" and active eq false': ['bob'],
      '(userType eq "contractor" or externalId eq "X1") and active eq true': ['ada'],
      [`${ENTERPRISE_SCHEMA}:department eq "engines"`]: ['ada'],
      [`${USER_SCHEMA}:userName sw "a"`]: ['ada'],
      'emails eq "ada@home.test"': ['ada'],
      'emails.value co "home"': ['ada'],
      'emails[type eq "work" and value co "home"]': [],
      'emails[type eq "home" and value co "home"]': ['ada'],
      'emails[primary eq true].value sw "b"': ['bob'],
      'emails[primary ne true]': ['ada'],
      'roles.value eq "viewer"': ['bob'],
      'groups pr': [],
      'groups.display eq "x"': [],
      [`meta.created gt "${past}"`]: ['bob'],
      [`meta.lastModified le "${bob.meta.lastModified}"`]: ['ada', 'bob'],
      [`meta.created eq "${bob.meta.lastModified}"`]: ['bob'],
      'meta.created lt "0000-01-01T00:00:00Z"': [],
    };
    const answered: Record<string, unknown> = {};
    for (const filter of Object.keys(expected)) answered[filter] = await found(filter);
    expect(answered).toEqual(expected);
    for (const filter of ['password eq "x"', 'userName eq x', 'active gt true', '((userName pr'])
      expect(refusalOf(await findScim(tenant, '/Users', { filter }))).toEqual([
        400,
        'VALIDATION_FAILED',
        'invalidFilter',
      ]);
  });

  it('gives of each as much as is asked for, also by POST to .search', async () => {
    const ada = await provision(tenant, 'ada', { title: 'Countess' });
    const asked = { attributes: 'userName,emails.value', filter: 'userName pr' };
    const { Resources } = await list(asked);
    expect(Resources).toEqual([
      { schemas: [USER_SCHEMA], id: ada.id, userName: at('ada'), emails: [{ value: at('ada') }] },
    ]);
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      ...asked,
      attributes: ['userName', 'emails.value'],
    };
    const searched = await sendScim(tenant.client, 'POST', '/Users/.search', body);
    expect([searched.status, searched.json<ScimList>().Resources]).toEqual([200, Resources]);
    const one = await findScim(tenant, `/Users/${ada.id}`, { excludedAttributes: 'emails,title,meta,roles,id' });
    expect(one.json()).toEqual({
      schemas: [USER_SCHEMA],
      id: ada.id,
      userName: at('ada'),
      displayName: at('ada'),
      active: true,
    });
  });

  it('goes on by index, from 1, with as many as are asked for', async () => {
    for (const local of ['a', 'b', 'c']) await provision(tenant, local);
    const page = async (query: Record<string, string>) => {
      const { totalResults, itemsPerPage, startIndex, Resources } = await list(query);
      return [
        totalResults,
        itemsPerPage,
        startIndex,
        Resources.map(({ userName }) => (userName as string)[0]).join(''),
      ];
    };
    expect(await page({ count: '2' })).toEqual([3, 2, 1, 'ab']);
    expect(await page({ startIndex: '3', count: '2' })).toEqual([3, 1, 3, 'c']);
    expect(await page({ startIndex: '4' })).toEqual([3, 0, 4, '']);
    expect(await page({ startIndex: '-1', count: '1' })).toEqual([3, 1, 1, 'a']);
    expect(await page({ count: '0' })).toEqual([3, 0, 1, '']);
    expect(await page({ count: '-5' })).toEqual([3, 0, 1, '']);
    expect(await page({ filter: 'userName gt "b"', count: '1' })).toEqual([2, 1, 1, 'b']);
    for (const query of [{ count: 'x' }, { startIndex: '1.5' }, { count: '1e99' }])
      expect(refusalOf(await findScim(tenant, '/Users', query))).toEqual([400, 'VALIDATION_FAILED', 'invalidValue']);
  });

  it('goes on by cursor (RFC 9865), and tells nobody twice or leaves out while others come and go', async () => {
    const early = await createPerson(app, at('early'));
    const ids: Record<string, string> = {};
    for (const local of ['a', 'b', 'c', 'd', 'e']) ids[local] = (await provision(tenant, local)).id;
    const told: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined && told.length < 10) {
      const page: ScimList = await list({ cursor, count: '2' });
      expect(page.startIndex).toBeUndefined();
      told.push(...page.Resources.map(({ userName }) => (userName as string).split('@')[0]!));
      cursor = page.nextCursor;
      if (told.length === 2) {
        // One who stands before the first page comes, one of it goes, and one comes at the end.
        await addMember(app, tenant.organizationId, early, 'MEMBER');
        await remove(ids.a!);
        await provision(tenant, 'f');
      }
    }
    expect(told).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(refusalOf(await findScim(tenant, '/Users', { cursor: '%%%' }))).toEqual([
      400,
      'VALIDATION_FAILED',
      'invalidCursor',
    ]);
  });

  it('takes as many statements for many people as for one', async () => {
    await provision(tenant, 'a');
    const statements = () => countStatements(app, () => list({ filter: 'userName pr' }));
    const forOne = await statements();
    for (const local of ['b', 'c', 'd', 'e']) await provision(tenant, local);
    expect(await statements()).toBe(forOne);
    expect(forOne).toBeLessThanOrEqual(6);
  });
});

describe('a version', () => {
  it('is the same as long as nothing changes, and answers 304 to whoever has it', async () => {
    const { id, meta } = await provision(tenant, 'ada');
    const again = (tag: string) => tenant.client.get(`/api/scim/v2/Users/${id}`, { headers: { 'if-none-match': tag } });
    const unchanged = await again(meta.version);
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', meta.version]);
    expect((await again(`"x", ${meta.version.replace('W/', '')}`)).status).toBe(304);
    const { meta: changed } = (await patch(id, set({ title: 'Lady' }))).json<ScimResource>();
    expect(changed.version).not.toBe(meta.version);
    expect(changed.lastModified > meta.lastModified).toBe(true);
    expect((await again(meta.version)).status).toBe(200);
    expect((await again(changed.version)).status).toBe(304);
  });

  it('that is another than the client has seen refuses a change (RFC 7644, 3.14)', async () => {
    const { id, meta } = await provision(tenant, 'ada');
    await patch(id, set({ title: 'Lady' }));
    const stale = { 'if-match': meta.version };
    for (const answer of [
      await patchScim(tenant, `/Users/${id}`, [set({ title: 'x' })], stale),
      await replace(id, { userName: at('ada') }, stale),
      await remove(id, stale),
    ])
      expect(refusalOf(answer)).toMatchObject([412, 'PRECONDITION_FAILED']);
    const now = await read(id);
    expect(now.title).toBe('Lady');
    const fresh = { 'if-match': now.meta.version };
    expect((await patchScim(tenant, `/Users/${id}`, [set({ title: 'x' })], fresh)).status).toBe(200);
    expect((await remove(id, { 'if-match': '*' })).status).toBe(204);
  });
});

describe('an account that somebody else makes', () => {
  it('waits for the directory as any other', async () => {
    const id = await precreate(app, { email: at('ada') });
    expect((await provision(tenant, 'ada')).id).toBe(id);
  });
});
