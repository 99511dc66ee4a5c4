import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject } from '../support/projects.js';
import {
  createDirectoryTenant,
  findScim,
  GROUP_SCHEMA,
  patchScim,
  provision,
  sendScim,
  SEARCH_SCHEMA,
  USER_SCHEMA,
  type DirectoryTenant,
  type ScimList,
  type ScimResource,
} from '../support/scim.js';
import { createClient, type HttpAnswer } from '../support/servers/http-client.js';
import { verifiedDomain } from '../support/sso.js';
import { trailOfRequest } from '../support/trail.js';
import { withinASecond } from '../support/within-a-second.js';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let tenant: DirectoryTenant;
let foreign: DirectoryTenant;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});
beforeEach(async () => {
  [tenant, foreign] = [await createDirectoryTenant(app), await createDirectoryTenant(app)];
});

/** An answer without what differs from call to call. */
const wordsOf = (answer: HttpAnswer): object => ({
  status: answer.status,
  body: { ...answer.json<Record<string, unknown>>(), requestId: null },
});

const deactivate = (to: unknown, id: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer> =>
  patchScim(tenant, `/Users/${id}`, [{ op: 'replace', path: 'active', value: to }], headers);

/** Somebody of the tenant's domain, who has signed in. */
async function colleague(role: 'OWNER' | 'MEMBER' = 'MEMBER', of = tenant): Promise<Person> {
  const person = await createPerson(app, `${randomBytes(4).toString('hex')}@${of.domain}`);
  await addMember(app, of.organizationId, person, role);
  return person;
}

/** From here on the tenant's owner is of its domain, and no guest. */
async function ownerOfTheDomain(): Promise<Person> {
  const owner = await colleague('OWNER');
  await app.database.query('delete from memberships where organization_id = $1 and user_id = $2', [
    tenant.organizationId,
    tenant.owner.id,
  ]);
  return owner;
}

const rolesIn = async (organizationId: string): Promise<Record<string, string>> => {
  const { rows } = await app.database.query<{ user_id: string; role: string }>(
    'select user_id, role from memberships where organization_id = $1',
    [organizationId],
  );
  return Object.fromEntries(rows.map(({ user_id, role }) => [user_id, role]));
};

const isDeactivated = async (id: string): Promise<boolean | null> => {
  const { rows } = await app.database.query<{ is: boolean }>(
    'select deactivated_at is not null as is from users where id = $1',
    [id],
  );
  return rows[0]?.is ?? null;
};

describe('121: by its directory an organization', () => {
  it.each<[string, (id: string, requestId: string) => Promise<HttpAnswer>]>([
    ['deactivated', (id, requestId) => deactivate(false, id, { 'x-request-id': requestId })],
    [
      'removed',
      (id, requestId) => sendScim(tenant.client, 'DELETE', `/Users/${id}`, '', { 'x-request-id': requestId }),
    ],
  ])('does not lose its last owner, %s', async (_how, end) => {
    const owner = await ownerOfTheDomain();
    const requestId = randomUUID();
    const answer = await end(owner.id, requestId);
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ status: '409', code: 'LAST_OWNER' });
    expect(await rolesIn(tenant.organizationId)).toEqual({ [owner.id]: 'OWNER' });
    expect(await isDeactivated(owner.id)).toBe(false);
    expect((await owner.browser.get('/api/auth/session')).status).toBe(200);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'operation.refused', actor_kind: 'scimToken', after: { code: 'LAST_OWNER' } },
    ]);
  });

  it('loses an owner where there is another, and then not that one', async () => {
    const first = await ownerOfTheDomain();
    const second = await colleague('OWNER');
    expect((await deactivate(false, first.id)).status).toBe(200);
    expect((await deactivate(false, second.id)).status).toBe(409);
    expect((await sendScim(tenant.client, 'DELETE', `/Users/${second.id}`, '')).status).toBe(409);
  });

  it('loses somebody who owns another organization alone, which tells this directory nothing', async () => {
    const leaver = await colleague();
    const side = await createOrganization(leaver, 'Side project');
    const answer = await deactivate(false, leaver.id);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(side.id);
    expect(await isDeactivated(leaver.id)).toBe(true);
    expect(await rolesIn(side.id)).toEqual({ [leaver.id]: 'OWNER' });
  });
});

describe('120: by its directory', () => {
  it.each(['OWNER', 'owner'])('nobody is made %s, and no owner another', async (role) => {
    const ada = await provision(tenant, 'ada');
    const owner = await ownerOfTheDomain();
    const raise = await patchScim(tenant, `/Users/${ada.id}`, [
      { op: 'replace', path: 'roles', value: [{ value: role }] },
    ]);
    expect([raise.status, raise.json<{ code: string }>().code]).toEqual([403, 'CANNOT_GRANT']);
    const lower = await patchScim(tenant, `/Users/${owner.id}`, [{ op: 'replace', path: 'roles', value: ['VIEWER'] }]);
    expect([lower.status, lower.json<{ code: string }>().code]).toEqual([403, 'CANNOT_GRANT']);
    const body = { schemas: [USER_SCHEMA], userName: `eve@${tenant.domain}`, roles: [role] };
    expect((await sendScim(tenant.client, 'POST', '/Users', body)).status).toBe(403);
    expect(await rolesIn(tenant.organizationId)).toEqual({ [ada.id]: 'VIEWER', [owner.id]: 'OWNER' });
  });
});

describe('130: what belongs to another organization', () => {
  it('is answered in the words of what never was, by every method and in bulk', async () => {
    const theirs = await provision(foreign, 'ada');
    const group = (
      await sendScim(foreign.client, 'POST', '/Groups', { schemas: [GROUP_SCHEMA], displayName: 'Engineers' })
    ).json<ScimResource>();
    const user = { schemas: [USER_SCHEMA], userName: `x@${tenant.domain}` };
    const patch = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false, displayName: 'Mine' } }],
    };
    const ask = async (userId: string, groupId: string): Promise<object[]> => {
      const calls: [string, string, unknown][] = [
        ['PUT', `/Users/${userId}`, user],
        ['PATCH', `/Users/${userId}`, patch],
        ['DELETE', `/Users/${userId}`, ''],
        ['PUT', `/Groups/${groupId}`, { schemas: [GROUP_SCHEMA], displayName: 'Mine' }],
        ['PATCH', `/Groups/${groupId}`, patch],
        ['DELETE', `/Groups/${groupId}`, ''],
        ['POST', '/Groups', { schemas: [GROUP_SCHEMA], displayName: 'Mine', members: [{ value: userId }] }],
      ];
      const answers = [
        await tenant.client.get(`/api/scim/v2/Users/${userId}`),
        await tenant.client.get(`/api/scim/v2/Groups/${groupId}`),
      ];
      for (const [method, path, body] of calls) answers.push(await sendScim(tenant.client, method, path, body));
      const bulk = await sendScim(tenant.client, 'POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: calls.map(([method, path, data], place) => ({ method, path, data, bulkId: `b${place}` })),
      });
      const within = bulk.json<{ Operations: { status: string; response: object }[] }>().Operations;
      return [
        ...answers.map(wordsOf),
        ...within.map(({ status, response }) => ({ status, response: { ...response, requestId: null } })),
      ];
    };
    const unheard = await ask(randomUUID(), randomUUID());
    expect(await ask(theirs.id, group.id)).toEqual(unheard);
    expect(unheard.map((answer) => String((answer as { status: unknown }).status))).toEqual(Array(16).fill('404'));
    expect((await findScim(foreign, `/Users/${theirs.id}`, {})).json<ScimResource>().active).toBe(true);
    expect((await findScim(foreign, `/Groups/${group.id}`, {})).json<ScimResource>().displayName).toBe('Engineers');
    expect((await findScim(tenant, '/Groups', {})).json<ScimList>().totalResults).toBe(0);
  });

  it('is found by no filter and no cursor', async () => {
    const theirs = await provision(foreign, 'ada', { externalId: 'theirs' });
    const mine = await provision(tenant, 'ada', { externalId: 'mine' });
    for (const filter of [
      `id eq "${theirs.id}"`,
      'externalId eq "theirs"',
      `userName eq "ada@${foreign.domain}"`,
      `emails[value co "${foreign.domain}"]`,
      `id ne "${mine.id}"`,
      `not (id eq "${mine.id}")`,
    ]) {
      expect((await findScim(tenant, '/Users', { filter })).json<ScimList>().totalResults).toBe(0);
    }
    const all = (await findScim(tenant, '/Users', { filter: `id pr or id ne "x"`, cursor: '' })).json<ScimList>();
    expect(all.Resources.map(({ id }) => id)).toEqual([mine.id]);
    const cursor = Buffer.from(theirs.id).toString('base64url');
    expect((await findScim(tenant, '/Users', { cursor })).text).not.toContain(theirs.id);
  });

  it('is a guest too: their account is their own organization’s', async () => {
    const guest = await colleague('MEMBER', foreign);
    await addMember(app, tenant.organizationId, guest, 'MEMBER');
    expect((await findScim(tenant, `/Users/${guest.id}`, {})).status).toBe(404);
    expect((await deactivate(false, guest.id)).status).toBe(404);
    expect(await isDeactivated(guest.id)).toBe(false);
    const members = { schemas: [GROUP_SCHEMA], displayName: 'Guests', members: [{ value: guest.id }] };
    expect((await sendScim(tenant.client, 'POST', '/Groups', members)).status).toBe(404);
  });
});

describe('131: a filter', () => {
  it.each<[string, string]>([
    ['of 10,000 brackets', `${'('.repeat(10_000)}userName eq "a"${')'.repeat(10_000)}`],
    ['of as many brackets as its length allows', `${'('.repeat(900)}id pr${')'.repeat(900)}`],
    ['of many negations', `${'not '.repeat(400)}id pr`],
    ['that a pattern would choke on', `userName eq "${'\\'.repeat(1_500)}`],
    ['with SQL in a name', `userName' or '1'='1 eq "a"`],
    ['with SQL behind it', `userName eq "a"; drop table users`],
    ['for an attribute that there is not', 'password eq "a"'],
    ['for what every object has', 'constructor eq "a"'],
    ['for a prototype', '__proto__ pr'],
    ['within what has no values', 'userName[value eq "a"]'],
    ['that compares text with a number', 'userName eq 1'],
    ['that compares a boolean by order', 'active gt true'],
    ['with NUL in it', 'userName eq "\\u0000"'],
    ['with half a surrogate pair', 'userName eq "\\ud800"'],
    ['that says nothing', '()'],
  ])('%s is refused, at once', async (_what, filter) => {
    const search = (text: string) =>
      sendScim(tenant.client, 'POST', '/Users/.search', { schemas: [SEARCH_SCHEMA], filter: text });
    expect((await search('id pr')).status).toBe(200);
    const took: number[] = [];
    // The quickest of a few: what else the machine does is no part of it.
    for (let round = 0; round < 5; round += 1) {
      const begun = performance.now();
      const answer = await search(filter);
      took.push(performance.now() - begun);
      expect([answer.status, answer.json<{ scimType: string }>().scimType]).toEqual([400, 'invalidFilter']);
    }
    expect(Math.min(...took)).toBeLessThan(50);
  });

  it.each([`' or '1'='1`, `%`, `_`, `\\\\`, `") or (id pr`, `$1`, `a"]`])('takes %s for text', async (text) => {
    await provision(tenant, 'ada');
    const filter = `userName eq ${JSON.stringify(text)} or displayName co ${JSON.stringify(text)}`;
    const answer = await findScim(tenant, '/Users', { filter });
    expect([answer.status, answer.json<ScimList>().totalResults]).toEqual([200, 0]);
  });
});

describe('132: somebody whom their directory deactivates', () => {
  it.each([false, 'False', 'false'])(
    '(%p) has no session and no key within a second, in any process',
    async (value) => {
      const ada = await colleague();
      await app.database.query(`update memberships set role = 'ADMIN' where user_id = $1`, [ada.id]);
      const { id: projectId } = await createProject(tenant.owner.browser, tenant.organizationId);
      const { secretKey } = await createApiKey(ada.browser, { projectId, permissions: ['traces.read'] });
      const [elsewhere] = [await createOrganization(ada, 'Elsewhere')];
      const second = await createApiKey(ada.browser, { organizationId: elsewhere.id, permissions: ['traces.read'] });
      const verify = (url: string, key: string) => async () =>
        (await createClient(url, { bearer: key, origin: null }).postJson('/api/keys/verify', {})).status;
      const session = (url: string) => async () =>
        (await createClient(url, { headers: { cookie: `gatehouse=${cookieOf(ada)}` } }).get('/api/auth/session'))
          .status;
      const asks = [app.url, other.url].flatMap((url) => [
        verify(url, secretKey),
        verify(url, second.secretKey),
        session(url),
      ]);
      expect(await Promise.all(asks.map((ask) => ask()))).toEqual(Array(6).fill(200));
      expect((await deactivate(value, ada.id)).status).toBe(200);
      expect(await Promise.all(asks.map((ask) => withinASecond(401, ask)))).toEqual(Array(6).fill(401));
    },
  );

  it('does not come back by a password, a session that was being opened, or another organization', async () => {
    const email = `ada@${tenant.domain}`;
    const password = `correct horse ${randomUUID()}`;
    const signUp = await app.browser().postJson('/api/auth/signup', { email, name: 'Ada', password });
    expect(signUp.status).toBe(201);
    await app.database.query('update users set email_verified_at = now() where email = $1', [email]);
    const ada = await provision(tenant, 'ada');
    const signIn = () => app.browser().postJson('/api/auth/login', { email, password });
    expect((await signIn()).status).toBe(200);
    await deactivate(false, ada.id);
    expect((await signIn()).json<{ code: string }>().code).toBe('INVALID_CREDENTIALS');
    expect((await deactivate(true, ada.id)).status).toBe(200);
    expect((await signIn()).status).toBe(200);
  });
});

describe('133: an email outside the organization’s verified domains', () => {
  it.each<[string, (domain: string) => string]>([
    ['of nobody', () => 'ada@unheard.test'],
    ['of another organization', () => `ada@${foreign.domain}`],
    ['of a subdomain', (domain) => `ada@mail.${domain}`],
    ['of a look-alike', (domain) => `ada@x${domain}`],
  ])('%s is refused, for somebody new and for a member, and changes nothing', async (_whose, email) => {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId };
    const grace = await provision(tenant, 'grace');
    const before = await app.database.query('select id, email from users order by id');
    const body = { schemas: [USER_SCHEMA], userName: email(tenant.domain) };
    const created = await sendScim(tenant.client, 'POST', '/Users', body, headers);
    const chosen = await sendScim(tenant.client, 'POST', '/Users', {
      schemas: [USER_SCHEMA],
      userName: `good@${tenant.domain}`,
      emails: [{ value: email(tenant.domain), primary: true }],
    });
    const changed = await patchScim(tenant, `/Users/${grace.id}`, [
      { op: 'replace', path: 'emails', value: [{ value: email(tenant.domain), primary: true }] },
    ]);
    expect([created, chosen, changed].map(({ status }) => status)).toEqual([412, 412, 412]);
    expect(created.json()).toMatchObject({ code: 'DOMAIN_NOT_VERIFIED', status: '412' });
    expect((await app.database.query('select id, email from users order by id')).rows).toEqual(before.rows);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'operation.refused', outcome: 'REFUSED', after: { code: 'DOMAIN_NOT_VERIFIED' } },
    ]);
  });

  it('counts no more when the domain is verified no more: the directory sees and changes nobody', async () => {
    const ada = await provision(tenant, 'ada');
    await app.database.query(`update domains set status = 'LAPSED' where organization_id = $1`, [
      tenant.organizationId,
    ]);
    expect((await findScim(tenant, '/Users', {})).json<ScimList>().totalResults).toBe(0);
    expect((await deactivate(false, ada.id)).status).toBe(404);
    expect((await sendScim(tenant.client, 'DELETE', `/Users/${ada.id}`, '')).status).toBe(404);
  });

  it('takes over whoever has made an account of an email that was never theirs', async () => {
    const email = `boss@${tenant.domain}`;
    const stranger = app.browser();
    const password = `correct horse ${randomUUID()}`;
    expect((await stranger.postJson('/api/auth/signup', { email, name: 'Not me', password })).status).toBe(201);
    expect((await stranger.get('/api/auth/session')).status).toBe(200);
    await provision(tenant, 'boss', { roles: ['ADMIN'] });
    expect((await stranger.get('/api/auth/session')).status).toBe(401);
    expect((await app.browser().postJson('/api/auth/login', { email, password })).status).toBe(401);
  });
});

it('says nothing of a second tenant that has verified the same person’s other address', async () => {
  await verifiedDomain(app, foreign.organizationId, `second-${foreign.domain}`);
  const body = { schemas: [USER_SCHEMA], userName: `ada@second-${foreign.domain}` };
  const answer = await sendScim(tenant.client, 'POST', '/Users', body);
  expect([answer.status, answer.text.includes(foreign.organizationId)]).toEqual([412, false]);
});

function cookieOf(person: Person): string {
  return (person as Person & { readonly token: string }).token;
}
