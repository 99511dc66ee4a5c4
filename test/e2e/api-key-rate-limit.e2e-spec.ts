import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { trailOfRequest } from '../support/trail.js';

interface Limit {
  readonly requests: number;
  readonly perSeconds: number;
}

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let owner: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

const limitedKey = (requests: number, perSeconds: number): Promise<CreatedKey> =>
  createApiKey(owner.browser, {
    projectId,
    permissions: ['traces.read', 'apiKeys.manage'],
    rateLimit: { requests, perSeconds },
  });

const verify = ({ secretKey }: CreatedKey, at = app, question: object = {}): Promise<HttpAnswer> =>
  at.browser({ bearer: secretKey, origin: null }).postJson('/api/keys/verify', question);

const callApi = ({ secretKey }: CreatedKey): Promise<HttpAnswer> =>
  app.browser({ bearer: secretKey }).postJson('/graphql', { query: '{ viewer { kind } }' });

/** The statuses of many questions, asked of both processes at once, counted. */
async function ask(key: CreatedKey, times: number): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: times }, (_, n) => verify(key, n % 2 === 0 ? app : other)));
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function limitOf(client: HttpClient): Promise<Limit | null> {
  const query = '{ viewer { apiKey { rateLimit { requests perSeconds } } } }';
  return dataOf(await client.graphql<{ viewer: { apiKey: { rateLimit: Limit | null } } }>(query)).viewer.apiKey
    .rateLimit;
}

const holding = ({ secretKey }: CreatedKey): HttpClient => app.browser({ bearer: secretKey });

describe('a key with a limit', () => {
  it('is good as often as the limit says, in all processes together, and then 429 with the seconds to wait', async () => {
    const key = await limitedKey(10, 60);
    expect(await ask(key, 40)).toEqual({ 200: 10, 429: 30 });
    for (const at of [app, other]) {
      const refused = await verify(key, at);
      expect([refused.status, refused.json()]).toEqual([429, { valid: false, code: 'RATE_LIMITED' }]);
      const wait = Number(refused.headers.get('retry-after'));
      expect([wait > 50, wait <= 60]).toEqual([true, true]);
    }
  });

  it('is good again once the window is over', async () => {
    const key = await limitedKey(3, 1);
    for (let window = 0; window < 3; window += 1) {
      expect(await ask(key, 12)).toEqual({ 200: 3, 429: 9 });
      const wait = Number((await verify(key)).headers.get('retry-after'));
      expect(wait).toBe(1);
      await pause(1_020);
    }
  });

  it('is let through no more often than it may where shares are large, and hardly less', async () => {
    const key = await limitedKey(300, 60);
    const { 200: good = 0, 429: refused = 0 } = await ask(key, 400);
    expect(good + refused).toBe(400);
    expect(good).toBeLessThanOrEqual(300);
    expect(good).toBeGreaterThanOrEqual(295);
  });

  it('calls the API as often, counted with the questions about it', async () => {
    const key = await limitedKey(4, 60);
    expect([(await callApi(key)).status, (await verify(key)).status, (await callApi(key)).status]).toEqual([
      200, 200, 200,
    ]);
    // What it may not do counts too.
    expect((await verify(key, other, { permission: 'traces.create' })).status).toBe(403);
    const refused = await callApi(key);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 50]).toEqual([429, true]);
    expect(refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await verify(key)).status).toBe(429);
  });

  it('is refused as no key when it is none any more, and nobody else uses it up', async () => {
    const [key, neighbour] = [await limitedKey(2, 60), await limitedKey(2, 60)];
    expect(await ask(neighbour, 4)).toEqual({ 200: 2, 429: 2 });
    expect((await verify(key)).status).toBe(200);
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [key.apiKey.id]);
    await pause(600);
    expect(await ask(key, 4)).toEqual({ 401: 4 });
  });

  it('shows the limit, and so does the trail', async () => {
    const input = { projectId, rateLimit: { requests: 100, perSeconds: 60 } };
    const mutation = `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { apiKey { rateLimit { requests perSeconds } } secretKey } }`;
    const headers = { 'x-request-id': 'limited-key' };
    const answer = await owner.browser.graphql<{ createApiKey: CreatedKey & { apiKey: { rateLimit: Limit } } }>(
      mutation,
      { input: { name: 'key', ...input } },
      { headers },
    );
    const { apiKey, secretKey } = dataOf(answer).createApiKey;
    expect(apiKey.rateLimit).toEqual(input.rateLimit);
    expect(await limitOf(app.browser({ bearer: secretKey }))).toEqual(input.rateLimit);
    expect(await trailOfRequest(app, 'limited-key')).toMatchObject([{ after: { rateLimit: '100 per 60 s' } }]);
    expect(await limitOf(holding(await createApiKey(owner.browser, { projectId })))).toBeNull();
  });

  it('hands the limit on to its successor, with a count of its own', async () => {
    const key = await limitedKey(2, 60);
    expect(await ask(key, 3)).toEqual({ 200: 2, 429: 1 });
    const rotate = 'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { id } secretKey } }';
    const input = { apiKeyId: key.apiKey.id };
    const next = dataOf(await owner.browser.graphql<{ rotateApiKey: CreatedKey }>(rotate, { input })).rotateApiKey;
    expect(await ask(next, 3)).toEqual({ 200: 2, 429: 1 });
  });

  it('makes none that may be used more often than itself', async () => {
    const program = holding(await limitedKey(100, 60));
    const made = await createApiKey(program, { projectId, permissions: ['traces.read'] });
    expect(await limitOf(holding(made))).toEqual({ requests: 100, perSeconds: 60 });
    const asked = async (requests: number, perSeconds: number) =>
      codesOf(
        await askForApiKey(program, { projectId, permissions: ['traces.read'], rateLimit: { requests, perSeconds } }),
      );
    expect(await asked(100, 60)).toEqual([]);
    expect(await asked(100, 3_600)).toEqual([]);
    expect(await asked(1, 1)).toEqual([]);
    expect(await asked(101, 60)).toEqual(['CANNOT_GRANT']);
    expect(await asked(100, 59)).toEqual(['CANNOT_GRANT']);
    // The same in the long run, and too many at once.
    expect(await asked(6_000, 3_600)).toEqual(['CANNOT_GRANT']);
  });

  it.each([
    ['no request', { requests: 0, perSeconds: 60 }],
    ['too many', { requests: 100_000_001, perSeconds: 60 }],
    ['no time', { requests: 1, perSeconds: 0 }],
    ['more than a day', { requests: 1, perSeconds: 86_401 }],
  ])('is not made with %s', async (_what, rateLimit) => {
    expect(codesOf(await askForApiKey(owner.browser, { projectId, rateLimit }))).toEqual(['VALIDATION_FAILED']);
  });
});
