import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyUsage } from '../../src/api-keys/verify/key-usage.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { removeMember } from '../support/members.js';
import { codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { GraphqlAnswer, HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';
import { withinASecond } from '../support/within-a-second.js';

const rotateKey = `mutation ($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) { apiKey { id permissions expiresAt rotatedFromId } publicKey secretKey }
}`;
const revokeKey = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
const DAY_MS = 86_400_000;

type Rotated = CreatedKey & { readonly apiKey: { readonly rotatedFromId: string | null } };

interface Shown {
  readonly id: string;
  readonly successorId: string | null;
  readonly overlapSeconds: number | null;
  readonly diesAt: string | null;
  readonly lastUsedAt: string | null;
  readonly usedSinceRotation: boolean | null;
}

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let owner: Person;
let admin: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  admin = await createPerson(app);
  await addMember(app, organizationId, admin, 'ADMIN');
});
/** One for each test, so that its keys fit on a page of the list. */
beforeEach(async () => {
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

const askToRotate = (
  client: HttpClient,
  key: CreatedKey,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer<{ rotateApiKey: Rotated }>> =>
  client.graphql(rotateKey, { input: { apiKeyId: key.apiKey.id, ...more } }, { headers });

const rotate = async (key: CreatedKey, more: object = {}): Promise<Rotated> =>
  dataOf(await askToRotate(owner.browser, key, more)).rotateApiKey;

const revoke = async (client: HttpClient, key: CreatedKey, headers: Record<string, string> = {}): Promise<unknown> =>
  dataOf(await client.graphql(revokeKey, { input: { apiKeyId: key.apiKey.id } }, { headers }));

const use = async ({ secretKey }: CreatedKey, at = app): Promise<number> =>
  (await at.browser({ origin: null, bearer: secretKey }).postJson('/api/keys/verify', {})).status;

/** For one that was good a moment ago, and is remembered as that for a moment. */
const useAtEnd = (key: CreatedKey, at = app): Promise<number> => withinASecond(401, () => use(key, at));

const newKey = (more: object = {}): Promise<CreatedKey> =>
  createApiKey(owner.browser, { projectId, permissions: ['traces.read'], ...more });

const usageOf = ({ nest }: TestApp): KeyUsage => nest.get(KeyUsage, { strict: false });

/** As when so much time had passed since the overlap began. */
const pass = (key: CreatedKey, seconds: number): Promise<unknown> =>
  app.database.query(`update api_keys set dies_at = dies_at - $2 * interval '1 second' where id = $1`, [
    key.apiKey.id,
    seconds,
  ]);

/** The key as its organization sees it in the list. */
async function shown({ apiKey: { id } }: CreatedKey): Promise<Shown> {
  const list = `query ($id: ID!) { project(id: $id) { apiKeys(first: 100) {
    nodes { id successorId overlapSeconds diesAt lastUsedAt usedSinceRotation }
  } } }`;
  const own = await app.database.query<{ project_id: string }>('select project_id from api_keys where id = $1', [id]);
  const answer = await owner.browser.graphql<{ project: { apiKeys: { nodes: Shown[] } } }>(list, {
    id: own.rows[0]?.project_id,
  });
  return dataOf(answer).project.apiKeys.nodes.find((key) => key.id === id)!;
}

describe('a key that is rotated', () => {
  it('is kept to the same networks', async () => {
    const old = await newKey({ name: 'CI', allowedCidrs: ['192.0.2.0/24'] });
    const { apiKey } = dataOf(await askToRotate(owner.browser, old, {})).rotateApiKey;
    const { rows } = await app.database.query('select allowed_cidrs from api_keys where id = $1', [apiKey.id]);
    expect(rows).toEqual([{ allowed_cidrs: ['192.0.2.0/24'] }]);
  });

  it('has a successor like itself, whose secret is shown once, and is good beside it', async () => {
    const old = await newKey({ name: 'CI', note: 'writes traces', permissions: ['traces.create', 'traces.read'] });
    const requestId = 'rotate-once';
    const input = { idempotencyKey: 'rotate-once' };
    const first = dataOf(await askToRotate(owner.browser, old, input, { 'x-request-id': requestId })).rotateApiKey;
    const again = dataOf(await askToRotate(owner.browser, old, input)).rotateApiKey;
    expect(again).toEqual({ ...first, secretKey: null });
    expect(first.apiKey).toEqual({
      id: expect.any(String),
      permissions: ['traces.create', 'traces.read'],
      expiresAt: null,
      rotatedFromId: old.apiKey.id,
    });
    expect(await use(old)).toBe(200);
    expect(await shown(old)).toEqual({
      id: old.apiKey.id,
      successorId: first.apiKey.id,
      overlapSeconds: 604_800,
      diesAt: null,
      lastUsedAt: null,
      usedSinceRotation: false,
    });
    const { rows } = await app.database.query('select name, note, project_id from api_keys where id = $1', [
      first.apiKey.id,
    ]);
    expect(rows).toEqual([{ name: 'CI', note: 'writes traces', project_id: projectId }]);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'apiKey.created', resource_id: first.apiKey.id, after: { publicKey: first.publicKey } },
      {
        action: 'apiKey.rotated',
        resource_id: old.apiKey.id,
        actor_id: owner.id,
        before: { successorId: null },
        after: { successorId: first.apiKey.id, overlapSeconds: 604_800, diesAt: null },
      },
    ]);
  });

  it('dies in every process when the overlap has passed since the first use of the new one, and no sooner', async () => {
    const old = await newKey();
    const next = await rotate(old, { overlapSeconds: 3_600 });
    expect((await shown(old)).diesAt).toBeNull();
    const before = Date.now();
    expect(await use(next, other)).toBe(200);
    const { diesAt } = await shown(old);
    expect(Date.parse(diesAt ?? '')).toBeGreaterThanOrEqual(before + 3_600_000 - 1);
    expect(Date.parse(diesAt ?? '')).toBeLessThanOrEqual(Date.now() + 3_600_000);

    expect(await use(next)).toBe(200);
    await usageOf(app).write();
    expect((await shown(old)).diesAt).toBe(diesAt);
    await pass(old, 3_590);
    expect([await use(old), await use(old, other)]).toEqual([200, 200]);
    await pass(old, 10);
    expect([await useAtEnd(old), await useAtEnd(old, other), await use(next)]).toEqual([401, 401, 200]);
    const call = await app.browser({ bearer: old.secretKey }).postJson('/graphql', { query: '{ viewer { kind } }' });
    expect([call.status, call.json<{ code: string }>().code]).toEqual([401, 'KEY_EXPIRED']);
  });

  it('counts from the earliest use, though the process that saw it writes it later than another', async () => {
    const old = await newKey();
    const next = await rotate(old, { overlapSeconds: 60 });
    const before = Date.now();
    await usageOf(other).note({ id: next.apiKey.id, isUnusedSuccessor: false }, { ip: null, userAgent: null });
    const noted = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await use(next);
    await usageOf(other).write();
    const diesAt = Date.parse((await shown(old)).diesAt ?? '');
    expect([diesAt >= before + 60_000 - 1, diesAt <= noted + 60_000]).toEqual([true, true]);
  });

  it('dies with an overlap of 0 at the first use of the new one, also of the admin API', async () => {
    const old = await newKey();
    const next = await rotate(old, { overlapSeconds: 0 });
    expect(await use(old)).toBe(200);
    const call = { query: '{ viewer { kind } }' };
    expect((await app.browser({ bearer: next.secretKey }).postJson('/graphql', call)).status).toBe(200);
    expect([await useAtEnd(old), await useAtEnd(old, other)]).toEqual([401, 401]);
  });

  it('dies at a date where one was given, whenever the new one is used', async () => {
    const old = await newKey();
    const endsAt = new Date(Date.now() + 30 * DAY_MS).toISOString();
    const next = await rotate(old, { endsAt });
    expect(await use(next)).toBe(200);
    expect(await shown(old)).toMatchObject({ overlapSeconds: null, diesAt: endsAt });
    expect(await use(old)).toBe(200);
    await pass(old, 30 * 86_400);
    expect(await useAtEnd(old)).toBe(401);
  });

  it('shows whether somebody uses it still', async () => {
    const old = await newKey();
    const usedAt = (seconds: number) =>
      app.database.query(
        `update api_keys set last_used_at = rotated_at + $2 * interval '1 second' where id = $1 returning 1`,
        [old.apiKey.id, seconds],
      );
    expect((await shown(old)).usedSinceRotation).toBeNull();
    await rotate(old);
    await usedAt(-1);
    expect((await shown(old)).usedSinceRotation).toBe(false);
    await usedAt(1);
    expect((await shown(old)).usedSinceRotation).toBe(true);
  });

  it('says when it will end, to whoever asks about it', async () => {
    const old = await newKey();
    const endsAt = new Date(Date.now() + DAY_MS).toISOString();
    await rotate(old, { endsAt });
    const answer = await app.browser({ origin: null, bearer: old.secretKey }).postJson('/api/keys/verify', {});
    expect(answer.json()).toMatchObject({ valid: true, expiresAt: endsAt });
    const permissions = ['apiKeys.manage', 'traces.read'];
    const maker = await newKey({ permissions });
    await rotate(maker, { endsAt });
    const made = await createApiKey(app.browser({ bearer: maker.secretKey }), { projectId });
    expect(made.apiKey.expiresAt).toBe(endsAt);
  });

  it('lends its successor a life as long as its own, but no longer than that of a key which rotates it', async () => {
    const expiresAt = new Date(Date.now() + 10 * DAY_MS).toISOString();
    const old = await newKey({ expiresAt, permissions: ['apiKeys.manage', 'traces.read'] });
    await app.database.query(`update api_keys set created_at = created_at - interval '20 days' where id = $1`, [
      old.apiKey.id,
    ]);
    const own = dataOf(await askToRotate(app.browser({ bearer: old.secretKey }), old)).rotateApiKey;
    expect(own.apiKey.expiresAt).toBe(expiresAt);
    await revoke(owner.browser, own);
    const next = await rotate(old);
    expect(Math.abs(Date.parse(next.apiKey.expiresAt ?? '') - Date.now() - 30 * DAY_MS)).toBeLessThan(60_000);
  });
});

describe('rotating', () => {
  it('is for those who may make such a key, and strangers learn nothing', async () => {
    const [inProject, wide] = [
      await newKey(),
      await createApiKey(owner.browser, { organizationId, permissions: ['traces.read'] }),
    ];
    const stranger = await createPerson(app);
    await createOrganization(stranger);
    expect(codesOf(await askToRotate(stranger.browser, inProject))).toEqual(['NOT_FOUND']);
    expect(codesOf(await askToRotate(stranger.browser, wide))).toEqual(['NOT_FOUND']);
    expect(codesOf(await askToRotate(app.browser(), wide))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await askToRotate(admin.browser, wide))).toEqual(['FORBIDDEN']);
    expect(codesOf(await askToRotate(admin.browser, inProject))).toEqual([]);
    expect(codesOf(await askToRotate(owner.browser, wide))).toEqual([]);
  });

  it('is refused to a key that lacks a permission of the old one', async () => {
    const old = await newKey({ permissions: ['traces.create', 'traces.read'] });
    const maker = await newKey({ permissions: ['apiKeys.manage', 'traces.read'] });
    expect(codesOf(await askToRotate(app.browser({ bearer: maker.secretKey }), old))).toEqual(['CANNOT_GRANT']);
    expect((await shown(old)).successorId).toBeNull();
  });

  it('is refused for a key with a successor, and for one that was revoked, has expired or is dead', async () => {
    const [rotated, revoked, expired, dead] = [await newKey(), await newKey(), await newKey(), await newKey()];
    await rotate(rotated);
    await revoke(owner.browser, revoked);
    await app.database.query('update api_keys set expires_at = now() where id = $1', [expired.apiKey.id]);
    await use(await rotate(dead, { overlapSeconds: 0 }));
    const answers = [];
    for (const key of [rotated, revoked, expired, dead]) answers.push(await askToRotate(owner.browser, key));
    expect(answers.map(codesOf)).toEqual([
      ['CONFLICT'],
      ['PRECONDITION_FAILED'],
      ['PRECONDITION_FAILED'],
      ['PRECONDITION_FAILED'],
    ]);
  });

  it.each([
    ['a negative overlap', { overlapSeconds: -1 }],
    ['one of more than 30 days', { overlapSeconds: 2_592_001 }],
    ['a date that has passed', { endsAt: '2020-01-01T00:00:00Z' }],
    ['no date', { endsAt: 'soon' }],
    ['an overlap and a date', { overlapSeconds: 0, endsAt: '2035-01-01T00:00:00Z' }],
  ])('is refused with %s', async (_what, wrong) => {
    const old = await newKey();
    expect(codesOf(await askToRotate(owner.browser, old, wrong))).toEqual(['VALIDATION_FAILED']);
    expect((await shown(old)).successorId).toBeNull();
  });

  it('is done once by three who do it at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const old = await newKey();
      const answers = await Promise.all([owner, admin, owner].map(({ browser }) => askToRotate(browser, old)));
      expect(answers.map((answer) => codesOf(answer)[0] ?? 'ok').sort()).toEqual(['CONFLICT', 'CONFLICT', 'ok']);
      const { rows } = await app.database.query('select id from api_keys where rotated_from = $1', [old.apiKey.id]);
      expect(rows).toEqual([{ id: (await successorIn(old)) ?? 'none' }]);
    }
  });

  it('begins one countdown where many processes see the first use at once, round after round', async () => {
    for (let round = 0; round < 20; round += 1) {
      const old = await newKey();
      const next = await rotate(old, { overlapSeconds: 60 });
      const before = Date.now();
      const places = [app, other, app, other];
      const statuses = await Promise.all([...places.map((at) => use(next, at)), ...places.map((at) => use(old, at))]);
      const counted = await diesAtOf(old);
      const after = Date.now();
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(counted - 60_000).toBeGreaterThanOrEqual(before - 1);
      expect(counted - 60_000).toBeLessThanOrEqual(after);
      await Promise.all(places.map((at) => use(next, at)));
      expect(await diesAtOf(old)).toBe(counted);
    }
  });

  const successorIn = async (old: CreatedKey): Promise<string | undefined> =>
    (await app.database.query<{ id: string }>('select successor_id as id from api_keys where id = $1', [old.apiKey.id]))
      .rows[0]?.id;

  const diesAtOf = async (old: CreatedKey): Promise<number> =>
    (
      await app.database.query<{ at: Date }>('select dies_at as at from api_keys where id = $1', [old.apiKey.id])
    ).rows[0]!.at.getTime();
});

describe('a successor that is revoked', () => {
  it('leaves the old key alive, which can be rotated again', async () => {
    const old = await newKey();
    const next = await rotate(old, { overlapSeconds: 60 });
    await use(next);
    await revoke(owner.browser, next, { 'x-request-id': 'undo-rotation' });
    expect(await shown(old)).toMatchObject({ successorId: null, diesAt: null, usedSinceRotation: null });
    expect([await use(old), await useAtEnd(next)]).toEqual([200, 401]);
    const trail = await trailOfRequest(app, 'undo-rotation');
    expect(trail.map(({ action, resource_id }) => [action, resource_id])).toEqual([
      ['apiKey.revoked', next.apiKey.id],
      ['apiKey.rotationUndone', old.apiKey.id],
    ]);
    expect((await rotate(old)).apiKey.rotatedFromId).toBe(old.apiKey.id);
  });

  it('does so too when whoever rotated is removed', async () => {
    const leaver = await createPerson(app);
    await addMember(app, organizationId, leaver, 'ADMIN');
    const [kept, own] = [await newKey(), await createApiKey(leaver.browser, { projectId })];
    const next = dataOf(await askToRotate(leaver.browser, kept, { overlapSeconds: 0 })).rotateApiKey;
    dataOf(await askToRotate(leaver.browser, own));
    await removeMember(owner, organizationId, leaver.id);
    expect([await use(kept), await use(next), await use(own)]).toEqual([200, 401, 401]);
  });

  it('wakes nothing that is dead', async () => {
    const old = await newKey();
    const next = await rotate(old, { overlapSeconds: 0 });
    await use(next);
    await revoke(owner.browser, next);
    expect(await use(old)).toBe(401);
  });

  it('is no way for a key to put off its own end, nor for one that it has made', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const old = await newKey({ permissions });
    const next = await rotate(old, { endsAt: new Date(Date.now() + DAY_MS).toISOString() });
    const program = app.browser({ bearer: old.secretKey });
    const made = await createApiKey(program, { projectId, permissions });
    await revoke(app.browser({ bearer: made.secretKey }), next);
    await pass(old, 86_400);
    expect(await use(old)).toBe(401);

    const lone = await newKey({ permissions });
    const successor = await rotate(lone, { overlapSeconds: 0 });
    await revoke(app.browser({ bearer: lone.secretKey }), successor);
    expect((await shown(lone)).successorId).toBe(successor.apiKey.id);
  });
});
