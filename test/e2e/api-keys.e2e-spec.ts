import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessService } from '../../src/access/access.service.js';
import { ApiKeyService } from '../../src/api-keys/api-key.service.js';
import { secretKeyShape } from '../../src/api-keys/api-key-token.js';
import { Secret } from '../../src/platform/crypto/secret.js';
import type { BuiltInRole } from '../../src/policy/permissions.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { deleteProject } from '../support/deletions.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { removeMember } from '../support/members.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id revokedAt } } }';
const viewer = '{ viewer { kind label apiKey { id name } } }';

let app: TestApp;
let owner: Person;
let admin: Person;
let member: Person;
let stranger: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  [owner, stranger] = [await createPerson(app), await createPerson(app)];
  organizationId = (await createOrganization(owner)).id;
  [admin, member] = [await createMember('ADMIN'), await createMember('MEMBER')];
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(() => app.stop());

async function createMember(role: BuiltInRole): Promise<Person> {
  const person = await createPerson(app);
  await addMember(app, organizationId, person, role);
  return person;
}

const holding = ({ secretKey }: CreatedKey): HttpClient => app.browser({ bearer: secretKey });

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

const expire = (key: CreatedKey): Promise<unknown> =>
  app.database.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [key.apiKey.id]);

describe('a key of a project', () => {
  it('is made by an administrator of keys, who sees its secret once', async () => {
    const mutation = `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        apiKey { id name note scope publicKey displaySecret permissions createdBy expiresAt lastUsedAt revokedAt }
        publicKey secretKey
      }
    }`;
    const input = {
      projectId,
      name: 'CI',
      note: 'writes traces',
      permissions: ['traces.read', 'traces.create', 'traces.read'],
    };
    const requestId = 'create-key-ci';
    const { createApiKey: made } = dataOf(
      await admin.browser.graphql<{
        createApiKey: Record<string, unknown> & { apiKey: { id: string }; secretKey: string; publicKey: string };
      }>(mutation, { input }, { headers: { 'x-request-id': requestId } }),
    );
    expect(made.secretKey).toMatch(secretKeyShape);
    const apiKey = {
      id: made.apiKey.id,
      name: 'CI',
      note: 'writes traces',
      scope: 'PROJECT',
      publicKey: made.publicKey,
      displaySecret: `sk-gh-…${made.secretKey.slice(-4)}`,
      permissions: ['traces.read', 'traces.create'],
      createdBy: admin.id,
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    };
    expect(made.apiKey).toEqual(apiKey);

    const list = `query ($id: ID!) { project(id: $id) { apiKeys { nodes { id displaySecret } totalCount } } }`;
    const listed = await member.browser.graphql<{ project: { apiKeys: { nodes: unknown[] } } }>(list, {
      id: projectId,
    });
    expect(dataOf(listed).project.apiKeys.nodes).toContainEqual({ id: apiKey.id, displaySecret: apiKey.displaySecret });
    expect(listed.answer.text).not.toContain(made.secretKey);

    const { name, note, scope, publicKey, permissions, expiresAt } = apiKey;
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'apiKey.created',
        outcome: 'SUCCEEDED',
        actor_id: admin.id,
        resource_type: 'apiKey',
        resource_id: apiKey.id,
        project_id: projectId,
        before: null,
        after: { name, note, scope, publicKey, permissions, expiresAt },
      },
    ]);
  });

  it('may do, unless its maker says otherwise, what the application asks for in a project', async () => {
    const key = await createApiKey(admin.browser, { projectId });
    expect([...key.apiKey.permissions].sort()).toEqual(['prompts.manage', 'traces.create', 'traces.read']);
  });

  it('is not for a member or a viewer to make, nor for a stranger to ask about', async () => {
    expect(codesOf(await askForApiKey(member.browser, { projectId }))).toEqual(['FORBIDDEN']);
    expect(codesOf(await askForApiKey(stranger.browser, { projectId }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await askForApiKey(app.browser(), { projectId }))).toEqual(['UNAUTHENTICATED']);
    const list = `query ($id: ID!) { project(id: $id) { apiKeys { totalCount } } }`;
    const onlooker = await createMember('VIEWER');
    expect(codesOf(await onlooker.browser.graphql(list, { id: projectId }))).toEqual(['FORBIDDEN']);
  });

  it('is never given what its maker does not hold, and the refusal is on the trail', async () => {
    const requestId = 'grant-beyond-own';
    const mutation = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }`;
    const input = { projectId, name: 'x', permissions: ['traces.read', 'billing.manage'] };
    const refused = await owner.browser.graphql(mutation, { input }, { headers: { 'x-request-id': requestId } });
    expect(codesOf(refused)).toEqual(['CANNOT_GRANT']);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'operation.refused',
        outcome: 'REFUSED',
        after: { code: 'CANNOT_GRANT', reason: 'asked for billing.manage' },
      },
    ]);

    const maker = await createApiKey(admin.browser, { projectId, permissions: ['apiKeys.manage', 'traces.read'] });
    expect(codesOf(await askForApiKey(holding(maker), { projectId, permissions: ['traces.create'] }))).toEqual([
      'CANNOT_GRANT',
    ]);
    expect((await createApiKey(holding(maker), { projectId })).apiKey.permissions).toEqual(['traces.read']);
  });

  it.each([
    ['no permission of the catalogue', { permissions: ['traces.read', 'traces.fly'] }],
    ['a name of every object', { permissions: ['constructor'] }],
    ['an end that has passed', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['no name', { name: '' }],
  ])('is refused with %s', async (_what, wrong) => {
    const refused = await askForApiKey(owner.browser, { projectId, ...wrong });
    expect(codesOf(refused)).toEqual(['VALIDATION_FAILED']);
    expect(refused.errors[0]?.extensions.fields).toEqual([expect.objectContaining({ field: Object.keys(wrong)[0] })]);
  });

  it.each(['next year', '2030-13-45T00:00:00Z', '2030-01-01', '', 'NaN'])(
    'is refused with an end of %j, which is no instant',
    async (expiresAt) => {
      expect(codesOf(await askForApiKey(owner.browser, { projectId, expiresAt }))).toEqual(['VALIDATION_FAILED']);
    },
  );

  it('cannot have what belongs to the organization, whoever makes it', async () => {
    expect(codesOf(await askForApiKey(app.admin(), { projectId, permissions: ['audit.read'] }))).toEqual([
      'VALIDATION_FAILED',
    ]);
  });

  it('is made once by a repeated call, and its secret is not told again', async () => {
    const input = { projectId, name: 'once', expiresAt: inAnHour(), idempotencyKey: 'key-once' };
    const first = await createApiKey(admin.browser, input);
    const second = await createApiKey(admin.browser, input);
    expect(second).toEqual({ ...first, secretKey: null });
    const { rows } = await app.database.query(`select 1 from api_keys where name = 'once'`);
    expect(rows).toHaveLength(1);
  });
});

describe('a key of the organization', () => {
  it('is for owners to make, and for administrators to see', async () => {
    expect(codesOf(await askForApiKey(admin.browser, { organizationId }))).toEqual(['FORBIDDEN']);
    const key = await createApiKey(owner.browser, {
      organizationId,
      permissions: ['organization.read', 'project.read'],
    });
    const list = `query ($id: ID!) { organization(id: $id) { apiKeys { nodes { id scope } } } }`;
    const { organization } = dataOf(
      await admin.browser.graphql<{ organization: { apiKeys: { nodes: unknown[] } } }>(list, { id: organizationId }),
    );
    expect(organization.apiKeys.nodes).toEqual([{ id: key.apiKey.id, scope: 'ORGANIZATION' }]);
    expect(codesOf(await member.browser.graphql(list, { id: organizationId }))).toEqual(['FORBIDDEN']);
  });

  it('needs exactly one of projectId and organizationId', async () => {
    expect(codesOf(await askForApiKey(owner.browser, { projectId, organizationId }))).toEqual(['VALIDATION_FAILED']);
    expect(codesOf(await askForApiKey(owner.browser, {}))).toEqual(['VALIDATION_FAILED']);
  });

  it('reaches every project, and no other organization', async () => {
    const key = await createApiKey(owner.browser, {
      organizationId,
      permissions: ['organization.read', 'project.read', 'projects.create'],
    });
    const program = holding(key);
    const other = await createProject(program, organizationId, 'Made by a program');
    const read = `query ($id: ID!) { project(id: $id) { name organization { id projects { nodes { id } } } } }`;
    const { project } = dataOf(
      await program.graphql<{ project: { organization: { projects: { nodes: unknown[] } } } }>(read, { id: other.id }),
    );
    expect(project.organization.projects.nodes).toEqual(expect.arrayContaining([{ id: projectId }, { id: other.id }]));

    const blind = holding(await createApiKey(owner.browser, { organizationId, permissions: ['organization.read'] }));
    const count = `query ($id: ID!) { organization(id: $id) { projects { totalCount } } }`;
    expect(dataOf(await blind.graphql(count, { id: organizationId }))).toEqual({
      organization: { projects: { totalCount: 0 } },
    });

    const elsewhere = await createOrganization(stranger, 'Elsewhere');
    const foreign = await createProject(stranger.browser, elsewhere.id);
    expect(codesOf(await program.graphql(read, { id: foreign.id }))).toEqual(['NOT_FOUND']);
  });

  it('is given no permission that its maker lacks in one of the projects it would reach', async () => {
    const lowered = await createMember('OWNER');
    const secret = await createProject(owner.browser, organizationId, 'Secret');
    const setRole = 'mutation ($input: SetProjectRoleInput!) { setProjectRole(input: $input) { member { role } } }';
    dataOf(
      await owner.browser.graphql(setRole, { input: { projectId: secret.id, userId: lowered.id, role: 'VIEWER' } }),
    );

    const refused = await askForApiKey(lowered.browser, { organizationId, permissions: ['traces.create'] });
    expect(codesOf(refused)).toEqual(['CANNOT_GRANT']);
    expect((await createApiKey(lowered.browser, { organizationId })).apiKey.permissions).toEqual(['traces.read']);
    expect((await createApiKey(owner.browser, { organizationId })).apiKey.permissions).toContain('traces.create');
  });

  it('cannot make somebody a member with permissions that it lacks itself', async () => {
    const permissions = ['organization.read', 'members.read', 'members.manage'];
    const program = holding(await createApiKey(owner.browser, { organizationId, permissions }));
    const person = await createMember('NONE');
    const change = 'mutation ($input: UpdateMemberRoleInput!) { updateMemberRole(input: $input) { member { role } } }';
    const input = { organizationId, userId: person.id, role: 'MEMBER' };
    expect(codesOf(await program.graphql(change, { input }))).toEqual(['CANNOT_GRANT']);
  });
});

describe('a key that configuration brings along', () => {
  it('is adopted once, as it is, for what the application asks', async () => {
    const service = app.nest.get(ApiKeyService, { strict: false });
    const actor = app.nest
      .get(AccessService, { strict: false })
      .actorFor({ kind: 'system' }, { ip: null, userAgent: null, requestId: 'start-up' });
    const scope = { organizationId, projectId };
    const pair = { publicKey: 'pk-lf-1234567890', secretKey: Secret.of('sk-lf-7c1d0a52-3f3e-4a46-9f13-2b1f6d2f2f0e') };
    for (const name of ['first', 'second']) await service.adopt(actor, scope, name, pair);

    const program = app.browser({ basic: { user: pair.publicKey, password: pair.secretKey.reveal() } });
    const answer = await program.postJson('/api/keys/verify', { permission: 'traces.create' });
    expect(answer.json()).toMatchObject({
      valid: true,
      projectId,
      permissions: ['traces.read', 'traces.create', 'prompts.manage'],
    });
    expect(await trailOfRequest(app, 'start-up')).toMatchObject([
      { action: 'apiKey.created', actor_kind: 'system', after: { name: 'first' } },
    ]);

    const short = { ...pair, publicKey: 'pk-lf-0987654321', secretKey: Secret.of('sk-lf-short') };
    await expect(service.adopt(actor, scope, 'short', short)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(service.adopt(actor, scope, 'no key', { ...pair, publicKey: 'lf' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('a call with a key', () => {
  it('is made as Bearer or as HTTP Basic, and is the key’s own on the trail', async () => {
    const key = await createApiKey(owner.browser, {
      organizationId,
      name: 'Integrator',
      permissions: ['projects.create'],
    });
    const basic = app.browser({ basic: { user: key.publicKey, password: key.secretKey } });
    for (const program of [holding(key), basic]) {
      expect(dataOf(await program.graphql(viewer))).toEqual({
        viewer: { kind: 'apiKey', label: key.publicKey, apiKey: { id: key.apiKey.id, name: 'Integrator' } },
      });
    }
    const project = await createProject(holding(key), organizationId);
    const { rows } = await app.database.query(
      'select actor_kind, actor_id, actor_label from audit_events where resource_id = $1',
      [project.id],
    );
    expect(rows).toEqual([{ actor_kind: 'apiKey', actor_id: key.apiKey.id, actor_label: key.publicKey }]);
  });

  it('with a key of one project sees nothing of another, nor of the organization’s', async () => {
    const program = holding(await createApiKey(admin.browser, { projectId, permissions: ['project.read'] }));
    const other = await createProject(owner.browser, organizationId);
    const read = `query ($id: ID!) { project(id: $id) { organization { projects { nodes { id } totalCount } } } }`;
    expect(dataOf(await program.graphql(read, { id: projectId }))).toEqual({
      project: { organization: { projects: { nodes: [{ id: projectId }], totalCount: 1 } } },
    });
    expect(codesOf(await program.graphql(read, { id: other.id }))).toEqual(['NOT_FOUND']);
    expect(
      codesOf(await program.graphql(`query ($id: ID!) { organization(id: $id) { name } }`, { id: organizationId })),
    ).toEqual(['NOT_FOUND']);
  });

  it('is refused in one wording when the key is unknown, mistyped, half another’s, or revoked', async () => {
    const [key, other] = [
      await createApiKey(admin.browser, { projectId }),
      await createApiKey(admin.browser, { projectId }),
    ];
    const revoked = await createApiKey(admin.browser, { projectId });
    dataOf(await admin.browser.graphql(revoke, { input: { apiKeyId: revoked.apiKey.id } }));
    const refused = [
      app.browser({ bearer: `${key.secretKey.slice(0, -1)}_` }),
      app.browser({ bearer: key.publicKey }),
      app.browser({ basic: { user: other.publicKey, password: key.secretKey } }),
      app.browser({ basic: { user: '', password: key.secretKey } }),
      holding(revoked),
    ];
    const answers = await Promise.all(refused.map((program) => program.postJson('/graphql', { query: viewer })));
    expect(answers.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect(new Set(answers.map(({ text }) => text.replace(/"requestId":"[^"]+"/g, ''))).size).toBe(1);
  });

  it('says to the holder of an expired key that its time is over', async () => {
    const key = await createApiKey(admin.browser, { projectId, expiresAt: inAnHour() });
    await expire(key);
    const answer = await holding(key).postJson('/graphql', { query: viewer });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([401, 'KEY_EXPIRED']);
  });
});

describe('a key’s end', () => {
  it('comes at once when somebody who manages keys revokes it, and is recorded once', async () => {
    const key = await createApiKey(admin.browser, { projectId, permissions: ['project.read'] });
    const input = { apiKeyId: key.apiKey.id };
    expect(codesOf(await member.browser.graphql(revoke, { input }))).toEqual(['FORBIDDEN']);
    expect(codesOf(await stranger.browser.graphql(revoke, { input }))).toEqual(['NOT_FOUND']);

    const headers = { 'x-request-id': 'revoke-once' };
    const first = dataOf(await admin.browser.graphql(revoke, { input }, { headers }));
    const second = dataOf(await admin.browser.graphql(revoke, { input }, { headers }));
    expect(first).toEqual({ revokeApiKey: { apiKey: { id: key.apiKey.id, revokedAt: expect.any(String) } } });
    expect(second).toEqual(first);
    expect(await trailOfRequest(app, 'revoke-once')).toMatchObject([
      {
        action: 'apiKey.revoked',
        actor_id: admin.id,
        resource_id: key.apiKey.id,
        before: { revokedAt: null },
        after: { reason: 'revoked' },
      },
    ]);
  });

  it('of the organization’s own keys is for owners to bring about', async () => {
    const key = await createApiKey(owner.browser, { organizationId });
    const input = { apiKeyId: key.apiKey.id };
    expect(codesOf(await admin.browser.graphql(revoke, { input }))).toEqual(['FORBIDDEN']);
    expect(codesOf(await owner.browser.graphql(revoke, { input }))).toEqual([]);
  });

  it('comes with the removal of its maker, for the keys which that key has made too, with an entry for each', async () => {
    const leaver = await createMember('ADMIN');
    const kept = await createApiKey(admin.browser, { projectId, permissions: ['project.read'] });
    const theirs = await createApiKey(leaver.browser, { projectId, permissions: ['project.read', 'apiKeys.manage'] });
    const made = await createApiKey(holding(theirs), { projectId, permissions: ['project.read'] });
    const gone = await createApiKey(leaver.browser, { projectId });
    dataOf(await admin.browser.graphql(revoke, { input: { apiKeyId: gone.apiKey.id } }));

    await removeMember(owner, organizationId, leaver.id, 'remove-maker');
    const trail = await trailOfRequest(app, 'remove-maker');
    expect(trail.map(({ action, resource_id, after }) => [action, resource_id, after?.reason])).toEqual([
      ['apiKey.revoked', theirs.apiKey.id, 'creatorRemoved'],
      ['apiKey.revoked', made.apiKey.id, 'creatorRemoved'],
      ['member.removed', leaver.id, undefined],
    ]);
    const statuses = await Promise.all(
      [kept, theirs, made].map((key) => holding(key).postJson('/graphql', { query: viewer })),
    );
    expect(statuses.map(({ status }) => status)).toEqual([200, 401, 401]);
  });

  it('is not outrun by somebody who makes keys while they are being removed', async () => {
    for (let round = 0; round < 15; round += 1) {
      const leaver = await createMember('ADMIN');
      const asked = Array.from({ length: 4 }, () => askForApiKey(leaver.browser, { projectId }));
      await Promise.all([...asked, removeMember(owner, organizationId, leaver.id)]);
      const { rows } = await app.database.query(
        'select id from api_keys where created_by = $1 and revoked_at is null',
        [leaver.id],
      );
      expect(rows).toEqual([]);
    }
  });

  it('is no later, for a key that a key has made, than its maker’s', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const maker = await createApiKey(admin.browser, { projectId, permissions, expiresAt: inAnHour() });
    const { apiKey } = await createApiKey(holding(maker), { projectId });
    expect(apiKey.expiresAt).toBe(maker.apiKey.expiresAt);
    const later = new Date(Date.now() + 7_200_000).toISOString();
    expect(codesOf(await askForApiKey(holding(maker), { projectId, expiresAt: later }))).toEqual(['CANNOT_GRANT']);
  });

  it('comes with its project’s', async () => {
    const project = await createProject(owner.browser, organizationId);
    const key = await createApiKey(owner.browser, { projectId: project.id });
    await deleteProject(owner, { projectId: project.id });
    expect((await holding(key).postJson('/graphql', { query: viewer })).status).toBe(401);
  });
});
