import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { deleteProject } from '../support/deletions.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { freePort } from '../support/free-port.js';
import { removeMember } from '../support/members.js';
import { createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { createClient, type HttpAnswer } from '../support/servers/http-client.js';

const WITHIN_MS = 1_000;

let app: TestApp;
/** Processes of their own on the same database. */
let servers: ServerProcess[];
/** All that answer. */
let urls: string[];
let owner: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  const environment = {
    DATABASE_URL: app.databaseUrl,
    ENCRYPTION_KEY: app.encryptionKey,
    SESSION_SECRET: 'x'.repeat(64),
  };
  const start = async () => startServer({ ...environment, PORT: String(await freePort()) });
  servers = [await start(), await start()];
  urls = [app.url, ...servers.map(({ url }) => url)];
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.end('SIGTERM')));
  await app.stop();
});

const verifyAt = (
  url: string,
  { secretKey }: Pick<CreatedKey, 'secretKey'>,
  question: object = {},
): Promise<HttpAnswer> => createClient(url, { bearer: secretKey, origin: null }).postJson('/api/keys/verify', question);

const mutate = async (name: string, Name: string, input: object, selection: string): Promise<void> => {
  dataOf(
    await owner.browser.graphql(`mutation ($input: ${Name}Input!) { ${name}(input: $input) { ${selection} } }`, {
      input,
    }),
  );
};

const revoke = ({ apiKey }: CreatedKey): Promise<void> =>
  mutate('revokeApiKey', 'RevokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');

const run = (statement: string, ...values: unknown[]): Promise<unknown> => app.database.query(statement, values);

/**
 * Asks every process without a pause, so that each has the key at hand, while `change` is made.
 * @returns for each process the milliseconds from the end of the change to the last answer of yes
 */
async function timesUntilRefused(
  key: CreatedKey,
  change: () => Promise<unknown>,
  question: object = {},
): Promise<number[]> {
  let changedAt = Infinity;
  const lastYesAt = async (url: string): Promise<number> => {
    let last = -Infinity;
    while (performance.now() < changedAt + WITHIN_MS + 200) {
      const { status } = await verifyAt(url, key, question);
      if (status === 200) last = performance.now();
      else if (changedAt < Infinity && performance.now() > last + 300) break;
      await pause(2);
    }
    return last;
  };
  const asking = urls.map(lastYesAt);
  await pause(100);
  await change();
  changedAt = performance.now();
  return (await Promise.all(asking)).map((last) => last - changedAt);
}

const projectKey = (): Promise<CreatedKey> => createApiKey(owner.browser, { projectId, permissions: ['traces.read'] });
const wideKey = (organization = organizationId): Promise<CreatedKey> =>
  createApiKey(owner.browser, { organizationId: organization, permissions: ['traces.read'] });

/** Each: a key, what is asked about it, and what befalls it. */
const endings: readonly (readonly [string, () => Promise<[CreatedKey, () => Promise<unknown>, object?]>])[] = [
  [
    'revoked',
    async () => {
      const key = await projectKey();
      return [key, () => revoke(key)];
    },
  ],
  [
    'revoked by hand, in the database',
    async () => {
      const key = await projectKey();
      return [key, () => run('update api_keys set revoked_at = now() where id = $1', key.apiKey.id)];
    },
  ],
  [
    'deleted by hand, in the database',
    async () => {
      const key = await projectKey();
      return [key, () => run('delete from api_keys where id = $1', key.apiKey.id)];
    },
  ],
  [
    'robbed of the permission that is asked for',
    async () => {
      const key = await projectKey();
      const change = () => run(`update api_keys set permissions = '{}' where id = $1`, key.apiKey.id);
      return [key, change, { permission: 'traces.read' }];
    },
  ],
  [
    'gone with its project',
    async () => {
      const project = await createProject(owner.browser, organizationId);
      const key = await createApiKey(owner.browser, { projectId: project.id });
      return [key, () => deleteProject(owner, { projectId: project.id })];
    },
  ],
  [
    'of the organization, for a project of it that is deleted',
    async () => {
      const project = await createProject(owner.browser, organizationId);
      const change = () => deleteProject(owner, { projectId: project.id });
      return [await wideKey(), change, { projectId: project.id }];
    },
  ],
  [
    'gone with its organization',
    async () => {
      const other = await createOrganization(owner, 'Other');
      return [await wideKey(other.id), () => run('delete from organizations where id = $1', other.id)];
    },
  ],
  [
    'of somebody who is removed',
    async () => {
      const maker = await createPerson(app);
      await addMember(app, organizationId, maker, 'ADMIN');
      const key = await createApiKey(maker.browser, { projectId });
      return [key, () => removeMember(owner, organizationId, maker.id)];
    },
  ],
];

describe('keys that every process has at hand', () => {
  it('111: one whose secret is shown with the public half of another, and those that never were', async () => {
    const [key, other] = [await projectKey(), await projectKey()];
    const mixed = createClient(app.url, { basic: { user: other.publicKey, password: key.secretKey }, origin: null });
    const outcomes = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      expect((await verifyAt(app.url, key)).status).toBe(200);
      const wrong = Array.from({ length: 4 }, () => ({ secretKey: issueKeyPair().secretKey.reveal() }));
      const answers = [
        await mixed.postJson('/api/keys/verify', {}),
        ...(await Promise.all(wrong.map((unknown) => verifyAt(app.url, unknown)))),
      ];
      for (const { status, text } of answers) outcomes.add(`${status} ${text}`);
    }
    expect(outcomes).toEqual(new Set(['401 {"valid":false,"code":"INVALID_KEY"}']));
  });

  it.each(endings)('112: one that is %s is refused within a second in each', async (_what, arrange) => {
    const [key, change, question] = await arrange();
    const times = await timesUntilRefused(key, change, question);
    expect(times).toHaveLength(3);
    expect(Math.min(...times)).toBeGreaterThan(-Infinity);
    expect(Math.max(...times)).toBeLessThan(WITHIN_MS);
  });

  it('112: they hear of a revocation, and do not wait until they forget by themselves', async () => {
    const times: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const key = await projectKey();
      times.push(...(await timesUntilRefused(key, () => revoke(key))).slice(1));
    }
    // By age alone it would be a quarter of a second.
    expect(times.reduce((sum, time) => sum + Math.max(0, time), 0) / times.length).toBeLessThan(100);
  });

  it('112: one that is revoked while nobody hears what the database tells, whose connections are cut again and again', async () => {
    const key = await projectKey();
    const cut = () =>
      run(`select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and query like 'listen %"api_key_changed"%'`);
    const cutting = setInterval(() => void cut(), 50);
    try {
      await cut();
      expect(Math.max(...(await timesUntilRefused(key, () => revoke(key))))).toBeLessThan(WITHIN_MS);
    } finally {
      clearInterval(cutting);
    }
  });

  it('113: one that expires meanwhile is good until then, and no longer', async () => {
    const expiresAt = Date.now() + 1_500;
    const key = await createApiKey(owner.browser, { projectId, expiresAt: new Date(expiresAt).toISOString() });
    for (const url of urls) {
      let last = 0;
      for (let status = 200; status === 200;) {
        const asked = Date.now();
        ({ status } = await verifyAt(url, key));
        if (status === 200) last = asked;
        else expect(asked).toBeGreaterThan(expiresAt - 500);
      }
      expect(last).toBeLessThanOrEqual(expiresAt);
    }
  });

  it('113: one that is shown for another project, in one wording whether that exists or not', async () => {
    const [own, wide] = [await projectKey(), await wideKey()];
    const stranger = await createPerson(app);
    const theirs = await createOrganization(stranger);
    const foreign = await createProject(stranger.browser, theirs.id);
    const theirKey = await createApiKey(stranger.browser, { organizationId: theirs.id });
    for (const url of urls) {
      for (const key of [own, wide]) {
        for (let warm = 0; warm < 3; warm += 1) expect((await verifyAt(url, key, { projectId })).status).toBe(200);
        // Remembered of theirs, and therefore known here.
        expect((await verifyAt(url, theirKey, { projectId: foreign.id })).status).toBe(200);
        const answers = [];
        for (const asked of [foreign.id, 'no-such-project'])
          answers.push(await verifyAt(url, key, { projectId: asked }));
        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
          new Set(['403 {"valid":false,"code":"FORBIDDEN"}']),
        );
      }
    }
  });

  it('a key is good in every process as soon as it is made', async () => {
    for (let round = 0; round < 10; round += 1) {
      const key = await projectKey();
      const answers = await Promise.all(urls.map((url) => verifyAt(url, key)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    }
  });
});
