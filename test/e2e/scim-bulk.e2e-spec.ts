import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  createDirectoryTenant,
  ENTERPRISE_SCHEMA,
  findScim,
  GROUP_SCHEMA,
  PATCH_SCHEMA,
  patchScim,
  provision,
  sendScim,
  USER_SCHEMA,
  type DirectoryTenant,
  type ScimList,
  type ScimResource,
} from '../support/scim.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

const BULK_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

interface Outcome {
  readonly method: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: { readonly code: string; readonly scimType?: string };
}

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
const user = (local: string, more: object = {}) => ({ schemas: [USER_SCHEMA], userName: at(local), ...more });
const patchOf = (...operations: readonly object[]) => ({ schemas: [PATCH_SCHEMA], Operations: operations });
const askBulk = (body: object, headers: Record<string, string> = {}) =>
  sendScim(tenant.client, 'POST', '/Bulk', { schemas: [BULK_SCHEMA], ...body }, headers);
async function bulk(Operations: readonly object[], more: object = {}, headers?: Record<string, string>) {
  const answer = await askBulk({ Operations, ...more }, headers);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  const { schemas, Operations: outcomes } = answer.json<{ schemas: string[]; Operations: Outcome[] }>();
  expect(schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
  return outcomes;
}
const find = async (path: string, query: Record<string, string>) =>
  (await findScim(tenant, path, query)).json<ScimList>();
const refusalOf = (answer: HttpAnswer) => {
  const { code, scimType } = answer.json<{ code?: string; scimType?: string }>();
  return [answer.status, code, scimType];
};

describe('many operations at once (RFC 7644, 3.7)', () => {
  it('name what others have made before them, in addresses and within what they send', async () => {
    const outcomes = await bulk([
      { method: 'POST', path: '/Users', bulkId: 'ada', data: user('ada') },
      {
        method: 'post',
        path: '/Users',
        bulkId: 'bob',
        data: user('bob', { [ENTERPRISE_SCHEMA]: { manager: { value: 'bulkId:ada' } } }),
      },
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'g',
        data: { schemas: [GROUP_SCHEMA], displayName: 'Engineers', members: [{ value: 'bulkId:ada' }] },
      },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: patchOf({ op: 'add', path: 'members', value: [{ value: 'bulkId:bob' }] }),
      },
      { method: 'PUT', path: '/Users/bulkId:ada', data: user('ada', { title: 'Countess' }) },
      { method: 'DELETE', path: '/Users/bulkId:bob' },
    ]);
    const [ada] = (await find('/Users', {})).Resources;
    const [group] = (await find('/Groups', {})).Resources;
    expect(ada).toMatchObject({ userName: at('ada'), title: 'Countess', groups: [{ display: 'Engineers' }] });
    expect(group).toMatchObject({ members: [{ value: ada?.id }] });
    expect(outcomes).toEqual([
      { method: 'POST', bulkId: 'ada', status: '201', location: ada?.meta.location, version: expect.any(String) },
      { method: 'POST', bulkId: 'bob', status: '201', location: expect.any(String), version: expect.any(String) },
      { method: 'POST', bulkId: 'g', status: '201', location: group?.meta.location, version: expect.any(String) },
      { method: 'PATCH', status: '200', location: group?.meta.location, version: expect.any(String) },
      { method: 'PUT', status: '200', location: ada?.meta.location, version: expect.any(String) },
      { method: 'DELETE', status: '204' },
    ]);
  });

  it('stand each for itself: what is refused leaves the others, and is on the trail as it would be alone', async () => {
    const requestId = randomUUID();
    const operations = [
      { method: 'POST', path: '/Users', bulkId: 'ada', data: user('ada') },
      {
        method: 'POST',
        path: '/Users',
        bulkId: 'eve',
        data: { schemas: [USER_SCHEMA], userName: 'eve@elsewhere.test' },
      },
      { method: 'POST', path: '/Users', bulkId: 'own', data: user('owner', { roles: ['OWNER'] }) },
      { method: 'POST', path: '/Users', bulkId: 'again', data: user('ADA') },
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'PATCH', path: '/Users/bulkId:eve', data: patchOf({ op: 'remove', path: 'title' }) },
      { method: 'PATCH', path: '/Users/bulkId:ada', data: patchOf({ op: 'remove', path: 'shoeSize' }) },
      { method: 'POST', path: '/Users', data: user('bob') },
      { method: 'GET', path: '/Users/bulkId:ada' },
      { method: 'DELETE', path: '/Users' },
      { method: 'POST', path: '/Nothing', bulkId: 'n', data: {} },
      { method: 'POST', path: '/Users/', bulkId: 'n', data: user('x') },
      { method: 'POST', path: 'Users', bulkId: 'n', data: user('x') },
      { method: 'POST', path: '/Bulk', bulkId: 'n', data: {} },
      { method: `a\0${'b'.repeat(1000)}`, path: '/Nothing/\0' },
      null,
      { method: 'POST', path: '/Users', bulkId: 'bob', data: user('bob') },
    ] as object[];
    const outcomes = await bulk(operations, {}, { 'x-request-id': requestId });
    expect(
      outcomes.map(({ status, response }) => [status, response?.code, response?.scimType].filter(Boolean)),
    ).toEqual([
      ['201'],
      ['412', 'DOMAIN_NOT_VERIFIED'],
      ['403', 'CANNOT_GRANT'],
      ['409', 'CONFLICT', 'uniqueness'],
      ['404', 'NOT_FOUND'],
      ['400', 'VALIDATION_FAILED', 'invalidValue'],
      ['400', 'VALIDATION_FAILED', 'invalidPath'],
      ['400', 'VALIDATION_FAILED', 'invalidSyntax'],
      ['400', 'VALIDATION_FAILED', 'invalidSyntax'],
      ['400', 'VALIDATION_FAILED', 'invalidSyntax'],
      ['404', 'NOT_FOUND'],
      ['404', 'NOT_FOUND'],
      ['404', 'NOT_FOUND'],
      ['404', 'NOT_FOUND'],
      ['404', 'NOT_FOUND'],
      ['404', 'NOT_FOUND'],
      ['201'],
    ]);
    expect((await find('/Users', { attributes: 'userName' })).Resources.map(({ userName }) => userName)).toEqual([
      at('ada'),
      at('bob'),
    ]);
    const trail = await trailOfRequest(app, requestId);
    const refusals = trail.filter(({ action }) => action === 'operation.refused');
    expect(refusals.map(({ resource_id, after }) => `${resource_id} ${String(after?.code)}`).sort()).toEqual(
      [
        'Bulk  NOT_FOUND',
        'Bulk  NOT_FOUND',
        'Bulk DELETE NOT_FOUND',
        ...Array.from({ length: 4 }, () => 'Bulk POST NOT_FOUND'),
        'Bulk POST CANNOT_GRANT',
        'Bulk POST DOMAIN_NOT_VERIFIED',
      ].sort(),
    );
    expect(trail.filter(({ action }) => action === 'member.added')).toHaveLength(2);
  });

  it('end after as many errors as the client accepts', async () => {
    const wrong = { method: 'DELETE', path: '/Users/nobody' };
    const right = (local: string) => ({ method: 'POST', path: '/Users', bulkId: local, data: user(local) });
    const statuses = async (failOnErrors: number | undefined, ...operations: readonly object[]) =>
      (await bulk(operations, failOnErrors === undefined ? {} : { failOnErrors })).map(({ status }) => status);
    expect(await statuses(1, right('a'), wrong, right('b'))).toEqual(['201', '404']);
    expect(await statuses(2, wrong, right('c'), wrong, right('d'))).toEqual(['404', '201', '404']);
    expect(await statuses(0, right('e'), right('f'), wrong, right('g'))).toEqual(['201', '201', '404']);
    expect(await statuses(undefined, wrong, wrong, right('h'))).toEqual(['404', '404', '201']);
    const { Resources } = await find('/Users', { attributes: 'userName' });
    expect(Resources.map(({ userName }) => (userName as string)[0]).join('')).toBe('acefh');
  });

  it('may each name the version that they are meant for', async () => {
    const { id, meta } = await provision(tenant, 'ada');
    const titled = (title: string) => patchOf({ op: 'replace', path: 'title', value: title });
    const path = `/Users/${id}`;
    const [first] = await bulk([{ method: 'PATCH', path, version: meta.version, data: titled('Lady') }]);
    const stale = await bulk([
      { method: 'PATCH', path, version: meta.version, data: titled('x') },
      { method: 'PUT', path, version: meta.version, data: user('ada') },
      { method: 'DELETE', path, version: meta.version },
    ]);
    expect(stale.map(({ status, response }) => [status, response?.code])).toEqual([
      ['412', 'PRECONDITION_FAILED'],
      ['412', 'PRECONDITION_FAILED'],
      ['412', 'PRECONDITION_FAILED'],
    ]);
    const now = (await findScim(tenant, path, {})).json<ScimResource>();
    expect([now.title, now.meta.version]).toEqual(['Lady', first?.version]);
    expect(await bulk([{ method: 'DELETE', path, version: now.meta.version }])).toMatchObject([{ status: '204' }]);
  });

  it('are a hundred at most, and are not read deeper than any resource is', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ method: 'DELETE', path: '/Users/nobody' }));
    expect(await bulk(many(100))).toHaveLength(100);
    expect(refusalOf(await askBulk({ Operations: many(101) }))).toMatchObject([413, 'PAYLOAD_TOO_LARGE']);
    const deep = `{"schemas":["${BULK_SCHEMA}"],"Operations":[{"method":"POST","path":"/Users","bulkId":"x","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`;
    const answer = await sendScim(tenant.client, 'POST', '/Bulk', deep);
    expect(answer.json()).toMatchObject({ Operations: [{ status: '400', response: { scimType: 'invalidSyntax' } }] });
  });

  it.each([
    ['no schema', { schemas: [], Operations: [{}] }],
    ['no operations', {}],
    ['none of them', { Operations: [] }],
    ['errors that are no number', { Operations: [{}], failOnErrors: 'all' }],
    ['fewer errors than none', { Operations: [{}], failOnErrors: -1 }],
  ])('are refused as a whole with %s', async (_, body) => {
    expect(refusalOf(await askBulk(body))).toEqual([400, 'VALIDATION_FAILED', 'invalidSyntax']);
  });
});

interface Described {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly subAttributes?: readonly Described[];
}

/** What a resource says, as paths: `name.givenName`. */
function pathsIn(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, prefix));
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([name, one]) => pathsIn(one, prefix === '' ? name : `${prefix}.${name}`));
}

/** What a schema has, likewise. */
const described = (attributes: readonly Described[], prefix = ''): string[] =>
  attributes.flatMap(({ name, subAttributes }) =>
    subAttributes ? described(subAttributes, `${prefix}${name}.`) : [`${prefix}${name}`],
  );

describe('what the service tells of itself (RFC 7644, 4)', () => {
  const everything = {
    externalId: '1',
    name: {
      formatted: 'A',
      familyName: 'B',
      givenName: 'C',
      middleName: 'D',
      honorificPrefix: 'E',
      honorificSuffix: 'F',
    },
    displayName: 'Ada',
    nickName: 'A',
    profileUrl: 'https://example.test/ada',
    title: 'Countess',
    userType: 'Employee',
    preferredLanguage: 'en',
    locale: 'en-GB',
    timezone: 'Europe/London',
    phoneNumbers: [{ value: '1', display: '1', type: 'work', primary: true }],
    addresses: [
      {
        formatted: 'A',
        streetAddress: 'B',
        locality: 'C',
        region: 'D',
        postalCode: 'E',
        country: 'GB',
        type: 'work',
        primary: true,
      },
    ],
    [ENTERPRISE_SCHEMA]: {
      employeeNumber: '1',
      costCenter: '2',
      organization: '3',
      division: '4',
      department: '5',
      manager: { value: '6', $ref: 'x', displayName: 'Boss' },
    },
  };

  it('has every attribute that is answered of a user and of a group, and answers every one that it has', async () => {
    const emails = [{ value: at('ada'), display: 'Ada', type: 'work', primary: true }];
    const { id } = await provision(tenant, 'ada', { ...everything, emails });
    const made = await sendScim(tenant.client, 'POST', '/Groups', {
      schemas: [GROUP_SCHEMA],
      displayName: 'G',
      externalId: '1',
      members: [{ value: id }],
    });
    const group = made.json<ScimResource>();
    const ada = (await findScim(tenant, `/Users/${id}`, {})).json<ScimResource>();
    expect(ada).toMatchObject({ ...everything, emails });
    const { Resources } = (await findScim(tenant, '/Schemas', {})).json<{
      Resources: { id: string; attributes: Described[] }[];
    }>();
    const schemas = new Map(Resources.map((schema) => [schema.id, schema.attributes]));
    expect([...schemas.keys()]).toEqual([USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA]);
    const common = ['schemas', 'id', 'externalId', 'meta'];
    const own = (resource: ScimResource) =>
      new Set(
        pathsIn(
          Object.fromEntries(
            Object.entries(resource).filter(([name]) => !common.includes(name) && name !== ENTERPRISE_SCHEMA),
          ),
        ),
      );
    expect(own(group)).toEqual(new Set(described(schemas.get(GROUP_SCHEMA)!)));
    const displayAndTypeOfRoles = ['roles.display', 'roles.type'];
    expect(new Set([...own(ada), ...displayAndTypeOfRoles])).toEqual(new Set(described(schemas.get(USER_SCHEMA)!)));
    expect(new Set(pathsIn(ada[ENTERPRISE_SCHEMA]))).toEqual(new Set(described(schemas.get(ENTERPRISE_SCHEMA)!)));
    expect(Object.keys(ada.meta).sort()).toEqual(['created', 'lastModified', 'location', 'resourceType', 'version']);
  });

  it('describes each attribute in the words of RFC 7643, section 7', async () => {
    const { Resources } = (await findScim(tenant, '/Schemas', {})).json<{ Resources: { attributes: Described[] }[] }>();
    const all = (attributes: readonly Described[]): Described[] =>
      attributes.flatMap((attribute) => [attribute, ...all(attribute.subAttributes ?? [])]);
    for (const attribute of Resources.flatMap(({ attributes }) => all(attributes))) {
      expect(attribute).toMatchObject({
        name: expect.stringMatching(/^(\$ref|[A-Za-z][\w-]*)$/),
        type: expect.stringMatching(/^(string|boolean|reference|complex)$/),
        multiValued: expect.any(Boolean),
        description: expect.stringMatching(/\S/),
        required: expect.any(Boolean),
        mutability: expect.stringMatching(/^(readOnly|readWrite)$/),
        returned: expect.stringMatching(/^(always|default)$/),
        uniqueness: expect.stringMatching(/^(none|server)$/),
      });
      expect(attribute.subAttributes !== undefined).toBe(attribute.type === 'complex');
    }
  });

  it('tells of its types, schemas and abilities each at its address, and of nothing else', async () => {
    const base = `${app.url}/api/scim/v2`;
    const get = async (path: string) => (await findScim(tenant, path, {})).json<ScimResource & ScimList>();
    const types = await get('/ResourceTypes');
    expect(types).toMatchObject({
      totalResults: 2,
      Resources: [
        { id: 'User', endpoint: '/Users' },
        { id: 'Group', endpoint: '/Groups' },
      ],
    });
    const schemas = await get('/Schemas');
    for (const resource of [...types.Resources, ...schemas.Resources]) {
      expect(resource.meta.location.startsWith(`${base}/`)).toBe(true);
      expect((await tenant.client.get(resource.meta.location)).json()).toEqual(resource);
    }
    expect(await get('/ServiceProviderConfig')).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: false },
      etag: { supported: true },
      pagination: { cursor: true, index: true, defaultPageSize: 100, maxPageSize: 200 },
      authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    });
    for (const path of ['/ResourceTypes/Nothing', '/Schemas/nothing', '/Nothing', '/Nothing/x', '/Me', '/Bulk', ''])
      expect((await findScim(tenant, path, {})).status).toBe(404);
    const delivered = async (method: string, path: string) => {
      const { status, headers } = await sendScim(tenant.client, method, path, {});
      return [status, headers.get('allow')];
    };
    expect(await delivered('DELETE', '/Users')).toEqual([405, 'GET, POST']);
    expect(await delivered('POST', '/Groups/x')).toEqual([405, 'GET, PUT, PATCH, DELETE']);
    expect(await delivered('PATCH', '/Nothing')).toEqual([404, null]);
    expect(await delivered('DELETE', '/Schemas')).toEqual([404, null]);
  });
});

describe('a directory as it really calls', () => {
  const found = async (path: string, query: Record<string, string>) => {
    const { totalResults, Resources } = await find(path, query);
    return [totalResults, ...Resources.map(({ id }) => id)];
  };

  it('is Okta: match, create, update, group push, deactivate, reactivate, rename, delete', async () => {
    const match = { filter: `userName eq "${at('ada')}"`, startIndex: '1', count: '100' };
    expect(await found('/Users', match)).toEqual([0]);
    const profile = {
      schemas: [USER_SCHEMA],
      userName: at('ada'),
      name: { givenName: 'Ada', familyName: 'Byron' },
      emails: [{ primary: true, value: at('ada'), type: 'work' }],
      displayName: 'Ada Byron',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      active: true,
    };
    const created = await sendScim(tenant.client, 'POST', '/Users', { ...profile, groups: [], password: '1mz050nq' });
    expect(created.status).toBe(201);
    const ada = created.json<ScimResource>();
    expect(await found('/Users', match)).toEqual([1, ada.id]);

    const { meta: _, ...known } = (await findScim(tenant, `/Users/${ada.id}`, {})).json<ScimResource>();
    const married = { ...known, name: { givenName: 'Ada', familyName: 'Lovelace' }, displayName: 'Ada Lovelace' };
    const updated = await sendScim(tenant.client, 'PUT', `/Users/${ada.id}`, married);
    expect([updated.status, updated.json()]).toMatchObject([200, { displayName: 'Ada Lovelace', active: true }]);

    const pushed = {
      schemas: [GROUP_SCHEMA],
      displayName: 'Engineers',
      members: [{ value: ada.id, display: at('ada') }],
    };
    expect(await found('/Groups', { filter: 'displayName eq "Engineers"', startIndex: '1', count: '100' })).toEqual([
      0,
    ]);
    const group = (await sendScim(tenant.client, 'POST', '/Groups', pushed)).json<ScimResource>();
    const renamed = [{ op: 'replace', value: { id: group.id, displayName: 'Builders' } }];
    expect((await patchScim(tenant, `/Groups/${group.id}`, renamed)).status).toBe(204);
    const bob = await provision(tenant, 'bob');
    const members = [
      { op: 'remove', path: `members[value eq "${ada.id}"]` },
      { op: 'add', path: 'members', value: [{ value: bob.id, display: at('bob') }] },
    ];
    expect((await patchScim(tenant, `/Groups/${group.id}`, members)).status).toBe(204);
    expect((await findScim(tenant, `/Groups/${group.id}`, {})).json()).toMatchObject({
      displayName: 'Builders',
      members: [{ value: bob.id, display: at('bob') }],
    });

    for (const active of [false, true]) {
      const answer = await patchScim(tenant, `/Users/${ada.id}`, [{ op: 'replace', value: { active } }]);
      expect([answer.status, answer.json()]).toMatchObject([200, { id: ada.id, active }]);
    }
    expect((await tenant.client.request('DELETE', `/api/scim/v2/Groups/${group.id}`)).status).toBe(204);
    expect(await found('/Users', { startIndex: '1', count: '2' })).toEqual([2, ada.id, bob.id]);
  });

  it('is Microsoft Entra: test, match, create, update, manager, disable, restore, groups without members, delete', async () => {
    expect(await found('/Users', { filter: `userName eq "${randomUUID()}"` })).toEqual([0]);
    expect(await found('/Users', { filter: `externalId eq "ada"` })).toEqual([0]);
    const body = {
      schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
      externalId: 'ada',
      userName: at('Ada'),
      active: true,
      addresses: null,
      displayName: 'Ada Byron',
      emails: [{ type: 'work', value: at('Ada'), primary: true }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Ada Byron', familyName: 'Byron', givenName: 'Ada' },
      phoneNumbers: null,
      roles: [],
      title: null,
      [ENTERPRISE_SCHEMA]: { department: 'Engines', manager: null },
    };
    const created = await sendScim(tenant.client, 'POST', '/Users', body);
    expect(created.status).toBe(201);
    const { id } = created.json<ScimResource>();
    expect(await found('/Users', { filter: `userName eq "${at('ada')}"` })).toEqual([1, id]);
    expect(await found('/Users', { filter: `emails[type eq "work"].value eq "${at('ADA')}"` })).toEqual([1, id]);

    const boss = await provision(tenant, 'boss');
    const updated = await patchScim(tenant, `/Users/${id}`, [
      { op: 'Replace', path: 'emails[type eq "work"].value', value: at('lovelace') },
      { op: 'Replace', path: 'name.familyName', value: 'Lovelace' },
      { op: 'Replace', path: 'displayName', value: 'Ada Lovelace' },
      { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+44 1' },
      { op: 'Add', path: `${ENTERPRISE_SCHEMA}:department`, value: 'Analysis' },
      { op: 'Add', path: `${ENTERPRISE_SCHEMA}:manager`, value: boss.id },
    ]);
    expect([updated.status, updated.json()]).toMatchObject([
      200,
      {
        displayName: 'Ada Lovelace',
        name: { familyName: 'Lovelace', givenName: 'Ada' },
        emails: [{ value: at('lovelace'), type: 'work', primary: true }],
        phoneNumbers: [{ value: '+44 1', type: 'work' }],
        [ENTERPRISE_SCHEMA]: { department: 'Analysis', manager: { value: boss.id } },
      },
    ]);
    for (const value of ['False', 'True']) {
      const answer = await patchScim(tenant, `/Users/${id}`, [{ op: 'Replace', path: 'active', value }]);
      expect([answer.status, answer.json()]).toMatchObject([200, { active: value === 'True' }]);
    }

    const without = { excludedAttributes: 'members' };
    expect(await found('/Groups', { ...without, filter: 'displayName eq "Engineers"' })).toEqual([0]);
    const made = await sendScim(tenant.client, 'POST', '/Groups', {
      schemas: [GROUP_SCHEMA, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: 'g1',
      displayName: 'Engineers',
      meta: { resourceType: 'Group' },
    });
    const group = made.json<ScimResource>().id;
    const change = async (...operations: readonly object[]) =>
      (await patchScim(tenant, `/Groups/${group}`, operations)).status;
    expect(
      await change({
        op: 'Add',
        path: 'members',
        value: [
          { $ref: null, value: id },
          { $ref: null, value: boss.id },
        ],
      }),
    ).toBe(204);
    expect(await found('/Groups', { ...without, filter: `id eq "${group}" and members eq "${id}"` })).toEqual([
      1,
      group,
    ]);
    expect(await change({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] })).toBe(204);
    expect(await change({ op: 'Remove', path: `members[value eq "${boss.id}"]` })).toBe(204);
    expect(await change({ op: 'Replace', path: 'displayName', value: 'Builders' })).toBe(204);
    expect((await findScim(tenant, `/Groups/${group}`, {})).json()).not.toHaveProperty('members');
    expect(await found('/Groups', { ...without, filter: 'displayName eq "Builders"' })).toEqual([1, group]);
    for (const path of [`/Groups/${group}`, `/Users/${id}`])
      expect((await tenant.client.request('DELETE', `/api/scim/v2${path}`)).status).toBe(204);
    expect(await found('/Users', {})).toEqual([1, boss.id]);
  });
});
