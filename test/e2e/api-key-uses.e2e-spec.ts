import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecentUses } from '../../src/api-keys/uses/recent-uses.service.js';
import { KeyUsage } from '../../src/api-keys/verify/key-usage.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { HttpClient } from '../support/servers/http-client.js';

interface Use {
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly firstUsedAt: string;
  readonly lastUsedAt: string;
  readonly usedSinceRotation: boolean | null;
}

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let owner: Person;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp({ TRUST_PROXY: '127.0.0.1, 192.0.2.128/25' });
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
  owner = await createPerson(app);
});
/** One for each test, so that its keys fit on a page of the list. */
beforeEach(async () => {
  projectId = (await createProject(owner.browser, (await createOrganization(owner)).id)).id;
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

const usageOf = ({ nest }: TestApp): KeyUsage => nest.get(KeyUsage, { strict: false });

const newKey = (more: object = {}): Promise<CreatedKey> =>
  createApiKey(owner.browser, { projectId, permissions: ['traces.read'], ...more });

/** Asks about a key as the product does; what is asked next is asked some milliseconds later. */
async function ask({ secretKey }: CreatedKey, headers: Record<string, string> = {}, body: object = {}, at = app) {
  const product = at.browser({ origin: null, bearer: secretKey, headers });
  expect((await product.postJson('/api/keys/verify', body)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 2));
}

/** What its project shows of a key once all that was noted is written. */
async function usesOf({ apiKey: { id } }: CreatedKey): Promise<readonly Use[]> {
  await Promise.all([app, other].map((at) => usageOf(at).write()));
  const query = `query ($id: ID!) { project(id: $id) { apiKeys(first: 100) { nodes {
    id recentUses { address userAgent firstUsedAt lastUsedAt usedSinceRotation } } } } }`;
  const answer = await owner.browser.graphql<{ project: { apiKeys: { nodes: { id: string; recentUses: Use[] }[] } } }>(
    query,
    { id: projectId },
  );
  return dataOf(answer).project.apiKeys.nodes.find((key) => key.id === id)!.recentUses;
}

const addressesOf = async (key: CreatedKey) => (await usesOf(key)).map(({ address }) => address);

describe('from where a key is used', () => {
  it('is the address that the product tells and its user agent, from the first use to the last', async () => {
    const key = await newKey();
    const before = Date.now();
    await ask(key, { 'user-agent': 'chatbot/1.0' }, { ip: '192.0.2.7' });
    await ask(key, { 'user-agent': 'chatbot/1.0' }, { ip: '192.0.2.7' });
    await ask(key, { 'user-agent': 'worker/2.0' }, { ip: '2001:DB8:0::7' });
    const [latest, first, ...rest] = await usesOf(key);
    expect([latest, first, rest]).toMatchObject([
      { address: '2001:db8::7', userAgent: 'worker/2.0', usedSinceRotation: null },
      { address: '192.0.2.7', userAgent: 'chatbot/1.0', usedSinceRotation: null },
      [],
    ]);
    const times = [first!.firstUsedAt, first!.lastUsedAt, latest!.firstUsedAt].map((time) => Date.parse(time));
    expect(times).toEqual(times.toSorted((one, another) => one - another));
    expect([times[0]! >= before, times[2]! <= Date.now()]).toEqual([true, true]);
  });

  it('is the address of the product where it tells none, as the proxies that are trusted have it', async () => {
    const key = await newKey();
    await ask(key);
    await ask(key, { 'x-forwarded-for': '203.0.113.1, 198.51.100.9, 192.0.2.129' });
    await ask(key, { 'x-forwarded-for': '203.0.113.2' }, { ip: 'somewhere' });
    await ask(key, { 'x-forwarded-for': '203.0.113.3' }, {}, other);
    await ask(key, { 'x-forwarded-for': 'unknown' });
    expect(await addressesOf(key)).toEqual([null, '127.0.0.1', '203.0.113.2', '198.51.100.9']);
  });

  it('is told of calls to the API too', async () => {
    const key = await newKey();
    const caller = app.browser({ bearer: key.secretKey, headers: { 'user-agent': 'terraform/1.9', 'x-forwarded-for': '203.0.113.5' } }); // prettier-ignore
    dataOf(await caller.graphql('{ viewer { kind } }'));
    expect(await usesOf(key)).toMatchObject([{ address: '203.0.113.5', userAgent: 'terraform/1.9' }]);
  });

  it('tells of a key that is rotated who has not changed over', async () => {
    const key = await newKey();
    await ask(key, {}, { ip: '192.0.2.1' });
    await ask(key, {}, { ip: '192.0.2.2' });
    expect(await usesOf(key)).toMatchObject([{ usedSinceRotation: null }, { usedSinceRotation: null }]);
    const rotateKey =
      'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { id } secretKey } }';
    const input = { apiKeyId: key.apiKey.id };
    const next = dataOf(await owner.browser.graphql<{ rotateApiKey: CreatedKey }>(rotateKey, { input })).rotateApiKey;
    await ask(next, {}, { ip: '192.0.2.1' });
    await ask(key, {}, { ip: '192.0.2.2' }, other);
    expect(await usesOf(key)).toMatchObject([
      { address: '192.0.2.2', usedSinceRotation: true },
      { address: '192.0.2.1', usedSinceRotation: false },
    ]);
    expect(await usesOf(next)).toMatchObject([{ address: '192.0.2.1', usedSinceRotation: null }]);
  });

  it('is one for what two processes see of one caller, whichever writes first', async () => {
    const key = await newKey();
    for (const at of [app, other]) await ask(key, { 'user-agent': 'one' }, { ip: '192.0.2.7' }, at);
    await ask(key, { 'user-agent': 'one' }, { ip: '::ffff:192.0.2.7' });
    expect(await usesOf(key)).toHaveLength(1);

    const [early, noon, late] = ['06', '12', '18'].map((hour) => new Date(`2035-01-01T${hour}:00:00Z`));
    for (const at of [late!, early!, noon!]) {
      const uses = { first: at, last: at, callers: [{ address: '192.0.2.8', userAgent: 'two', first: at, last: at }] };
      await app.nest.get(RecentUses, { strict: false }).store(new Map([[key.apiKey.id, uses]]));
    }
    expect((await usesOf(key))[0]).toMatchObject({
      userAgent: 'two',
      firstUsedAt: early?.toISOString(),
      lastUsedAt: late?.toISOString(),
    });
  });

  it('is at most the latest twenty, however many there are', async () => {
    const key = await newKey();
    const from = (first: number) => async () => {
      for (let n = first; n < first + 30; n += 1) await ask(key, {}, { ip: `192.0.2.${n}` }, first === 1 ? app : other);
      await usesOf(key);
    };
    await from(1)();
    expect(await addressesOf(key)).toEqual(Array.from({ length: 20 }, (_, n) => `192.0.2.${20 - n}`));
    await from(101)();
    expect(await addressesOf(key)).toEqual(Array.from({ length: 20 }, (_, n) => `192.0.2.${120 - n}`));
    const { rows } = await app.database.query('select from api_key_uses where api_key_id = $1', [key.apiKey.id]);
    expect(rows).toHaveLength(20);
  });

  it('is forgotten after ninety days, and with the key', async () => {
    const key = await newKey();
    for (const ip of ['192.0.2.1', '192.0.2.2']) await ask(key, {}, { ip });
    await usesOf(key);
    const age = `update api_key_uses set last_used_at = now() - interval '90 days' + $2 * interval '1 minute'
      where api_key_id = $1 and address = $3`;
    await app.database.query(age, [key.apiKey.id, 1, '192.0.2.1']);
    await app.database.query(age, [key.apiKey.id, -1, '192.0.2.2']);
    await app.nest.get(RecentUses, { strict: false }).sweep();
    expect(await addressesOf(key)).toEqual(['192.0.2.1']);
    await app.database.query('delete from api_keys where id = $1', [key.apiKey.id]);
    const { rows } = await app.database.query('select from api_key_uses where api_key_id = $1', [key.apiKey.id]);
    expect(rows).toEqual([]);
  });

  it('is written though another key of the batch is gone meanwhile', async () => {
    const [key, gone] = [await newKey(), await newKey()];
    for (const one of [gone, key]) await ask(one, {}, { ip: '192.0.2.1' });
    await app.database.query('delete from api_keys where id = $1', [gone.apiKey.id]);
    expect(await addressesOf(key)).toEqual(['192.0.2.1']);
  });

  it('is shown to whoever may read keys, and to the key itself no sooner', async () => {
    const uses = (client: HttpClient) => client.graphql('{ viewer { apiKey { recentUses { address } } } }');
    const [blind, seeing] = [await newKey(), await newKey({ permissions: ['apiKeys.read'] })];
    const [refused, shown] = [blind, seeing].map(({ secretKey }) => uses(app.browser({ bearer: secretKey })));
    expect(codesOf(await refused!)).toEqual(['FORBIDDEN']);
    expect(dataOf(await shown!)).toEqual({ viewer: { apiKey: { recentUses: [] } } });
  });
});
