import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { KeyLookup } from '../../src/api-keys/verify/key-lookup.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { deleteProject } from '../support/deletions.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { withinASecond } from '../support/within-a-second.js';

const PATH = '/api/keys/verify';
const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';

let app: TestApp;
let owner: Person;
let organizationId: string;
let projectId: string;
let key: CreatedKey;

beforeAll(async () => {
  app = await startTestApp({ TRUST_PROXY: '127.0.0.1' });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  key = await createApiKey(owner.browser, { projectId, permissions: ['traces.read'] });
});
afterAll(() => app.stop());

const bearer = (secretKey: string): string => `Bearer ${secretKey}`;
const basic = (publicKey: string, secretKey: string): string => `Basic ${btoa(`${publicKey}:${secretKey}`)}`;

/** @param question the JSON body; none when left out */
function verify(authorization: string, question?: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const body = question === undefined ? undefined : { type: 'application/json', text: JSON.stringify(question) };
  return app.browser({ origin: null }).request('POST', PATH, { headers: { authorization, ...headers } }, body);
}

const statusOf = async ({ secretKey }: CreatedKey): Promise<number> => (await verify(bearer(secretKey))).status;

const outcomeOf = (answer: HttpAnswer): unknown => [answer.status, answer.json<{ code?: string }>().code];

/** Everything that a caller can see of an answer, but for its date and its id. */
function seenIn(answer: HttpAnswer): unknown {
  const headers = [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return { status: answer.status, headers, text: answer.text };
}

describe('a good key', () => {
  it('is told what it is: as Bearer, as HTTP Basic, with a body or without', async () => {
    const expected = {
      valid: true,
      keyId: key.apiKey.id,
      scope: 'PROJECT',
      organizationId,
      projectId,
      permissions: ['traces.read'],
      expiresAt: null,
    };
    for (const authorization of [bearer(key.secretKey), basic(key.publicKey, key.secretKey)]) {
      for (const question of [
        undefined,
        {},
        { permission: 'traces.read' },
        { projectId },
        { permission: 'traces.read', projectId },
      ]) {
        const answer = await verify(authorization, question);
        expect([answer.status, answer.json()]).toEqual([200, expected]);
      }
    }
  });

  it('is answered as JSON that nobody keeps, under the request’s id', async () => {
    const answer = await verify(bearer(key.secretKey), {}, { 'x-request-id': 'from-the-product-1' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'from-the-product-1',
    });
    const other = await verify(bearer(key.secretKey), {}, { 'x-request-id': '<no id>' });
    expect(other.headers.get('x-request-id')).toMatch(/^[\w-]{20,}$/);
  });

  it('says when it will end', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const temporary = await createApiKey(owner.browser, { projectId, expiresAt });
    expect((await verify(bearer(temporary.secretKey))).json()).toMatchObject({ valid: true, expiresAt });
  });

  it('is refused for a permission that it lacks, known or not, and for another project', async () => {
    const other = await createProject(owner.browser, organizationId);
    const questions = [
      { permission: 'traces.create' },
      { permission: 'no.such' },
      { permission: '' },
      { projectId: other.id },
      { projectId: 'no-such-project' },
      { projectId: organizationId },
      { permission: 'traces.read', projectId: other.id },
    ];
    const answers = await Promise.all(questions.map((question) => verify(bearer(key.secretKey), question)));
    expect(answers.map((answer) => [answer.status, answer.json()])).toEqual(
      questions.map(() => [403, { valid: false, code: 'FORBIDDEN' }]),
    );
  });

  it('is told apart from all others that are asked about at the same moment', async () => {
    const stranger = await createPerson(app);
    const foreign = await createProject(stranger.browser, (await createOrganization(stranger)).id);
    const wide = await createApiKey(owner.browser, { organizationId, permissions: ['traces.read'] });
    const expected: unknown[] = [];
    const asked: Promise<HttpAnswer>[] = [];
    for (let round = 0; round < 12; round += 1) {
      const own = await createApiKey(owner.browser, { projectId });
      const unknown = bearer(issueKeyPair().secretKey.reveal());
      asked.push(
        verify(bearer(own.secretKey)),
        verify(unknown),
        verify(bearer(own.secretKey), { projectId: foreign.id }),
      );
      asked.push(
        verify(bearer(wide.secretKey), { projectId }),
        verify(bearer(wide.secretKey), { projectId: foreign.id }),
      );
      expected.push(own.apiKey.id, 'INVALID_KEY', 'FORBIDDEN', wide.apiKey.id, 'FORBIDDEN');
    }
    const lookUps = app.nest.get(KeyLookup, { strict: false });
    const digests = await app.database.query<{ id: string; digest: Buffer }>(
      'select id, secret_digest as digest from api_keys',
    );
    const found = await Promise.all([
      ...digests.rows.map(async ({ digest }) => (await lookUps.findByDigest(digest, null))?.id),
      ...digests.rows.map(async ({ digest }) => (await lookUps.findByDigest(digest, foreign.id))?.reachesProject),
      lookUps.findByDigest(Buffer.alloc(32), null),
    ]);
    expect(digests.rows.length).toBeGreaterThan(12);
    expect(found).toEqual([...digests.rows.map(({ id }) => id), ...digests.rows.map(() => false), null]);
    const answers = (await Promise.all(asked)).map((answer) => answer.json<{ keyId?: string; code?: string }>());
    expect(answers.map(({ keyId, code }) => keyId ?? code)).toEqual(expected);
  });

  it('of the organization is good in each of its projects and in no other', async () => {
    const wide = await createApiKey(owner.browser, { organizationId, permissions: ['traces.read'] });
    const stranger = await createPerson(app);
    const foreign = await createProject(stranger.browser, (await createOrganization(stranger)).id);
    const answer = await verify(bearer(wide.secretKey), { projectId, permission: 'traces.read' });
    expect(answer.json()).toMatchObject({ valid: true, scope: 'ORGANIZATION', organizationId, projectId: null });
    expect(outcomeOf(await verify(bearer(wide.secretKey), { projectId: foreign.id }))).toEqual([403, 'FORBIDDEN']);
  });

  it('shows soon afterwards when it was last used', async () => {
    const used = await createApiKey(owner.browser, { projectId });
    const before = Date.now();
    await verify(bearer(used.secretKey));
    const lastUsed = 'query ($id: ID!) { project(id: $id) { apiKeys(first: 100) { nodes { id lastUsedAt } } } }';
    let lastUsedAt: string | null = null;
    while (lastUsedAt === null && Date.now() < before + 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { project } = dataOf(
        await owner.browser.graphql<{ project: { apiKeys: { nodes: { id: string; lastUsedAt: string | null }[] } } }>(
          lastUsed,
          { id: projectId },
        ),
      );
      lastUsedAt = project.apiKeys.nodes.find(({ id }) => id === used.apiKey.id)?.lastUsedAt ?? null;
    }
    expect(Date.parse(lastUsedAt ?? '')).toBeGreaterThanOrEqual(before - 1);
  });
});

describe('a key that is not good', () => {
  it('is refused in one wording, whether unknown, malformed, expired, revoked, half another’s or absent', async () => {
    const [expired, revoked] = [
      await createApiKey(owner.browser, { projectId }),
      await createApiKey(owner.browser, { projectId }),
    ];
    await app.database.query(`update api_keys set expires_at = now() where id = $1`, [expired.apiKey.id]);
    dataOf(await owner.browser.graphql(revoke, { input: { apiKeyId: revoked.apiKey.id } }));
    const unknown = issueKeyPair();
    const refused = [
      bearer(unknown.secretKey.reveal()),
      basic(unknown.publicKey, unknown.secretKey.reveal()),
      bearer(expired.secretKey),
      bearer(revoked.secretKey),
      bearer(`${key.secretKey}x`),
      bearer('sk-gh-'),
      bearer(key.publicKey),
      bearer(app.adminApiKey),
      basic(revoked.publicKey, key.secretKey),
      basic('', key.secretKey),
      'Basic !!!',
      'Bearer',
      'Digest username="x"',
      '',
    ];
    const answers = await Promise.all(
      refused.map((authorization) => verify(authorization, { permission: 'traces.read' })),
    );
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]?.json()).toEqual({ valid: false, code: 'INVALID_KEY' });
    expect(answers.map(seenIn)).toEqual(refused.map(() => seenIn(answers[0]!)));
  });

  it('is refused at the very next question after it was revoked, and within a second after its project was deleted', async () => {
    const project = await createProject(owner.browser, organizationId);
    const [first, second] = [
      await createApiKey(owner.browser, { projectId: project.id }),
      await createApiKey(owner.browser, { projectId: project.id }),
    ];
    expect((await verify(bearer(first.secretKey))).status).toBe(200);
    dataOf(await owner.browser.graphql(revoke, { input: { apiKeyId: first.apiKey.id } }));
    expect(await statusOf(first)).toBe(401);

    expect((await verify(bearer(second.secretKey))).status).toBe(200);
    await deleteProject(owner, { projectId: project.id });
    expect(await withinASecond(401, () => statusOf(second))).toBe(401);
  });

  it('leaves no entry on the trail, and neither does a refused question', async () => {
    const count = 'select count(*)::int as count from audit_events';
    const before = await app.database.query(count);
    await verify(bearer(key.secretKey), { permission: 'traces.create' });
    await verify(bearer(issueKeyPair().secretKey.reveal()));
    expect((await app.database.query(count)).rows).toEqual(before.rows);
  });
});

describe('a question', () => {
  const send = (text: string): Promise<HttpAnswer> =>
    app
      .browser({ origin: null })
      .request('POST', PATH, { headers: { authorization: bearer(key.secretKey) } }, { type: 'application/json', text });

  it.each([
    ['not JSON', '{"permission":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"traces.read"'],
    ['a permission that is no text', '{"permission":1}'],
    ['a permission of null', '{"permission":null}'],
    ['a misspelt field, which would otherwise ask nothing', '{"project_id":"x"}'],
    ['a prototype', '{"__proto__":{"permission":"traces.read"}}'],
    ['a form', 'permission=traces.read'],
    ['a NUL in an id', '{"projectId":"a\\u0000b"}'],
  ])('is refused when it is %s', async (_what, text) => {
    const answer = await send(text);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('is refused beyond 4 kB, whether it says its length or not', async () => {
    const body = JSON.stringify({ permission: 'x'.repeat(5_000) });
    expect(outcomeOf(await send(body))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await endlessly()).toMatch(/^HTTP\/1\.1 413 /);
    expect((await verify(bearer(key.secretKey))).status).toBe(200);
  });

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('is asked by POST, and not by %s', async (method) => {
    const answer = await app
      .browser({ origin: null })
      .request(method, PATH, { headers: { authorization: bearer(key.secretKey) } });
    expect([answer.status, answer.headers.get('allow'), answer.headers.get('x-content-type-options')]).toEqual([
      405,
      'POST',
      'nosniff',
    ]);
  });

  it('may carry a query, and is no other address', async () => {
    const headers = { authorization: bearer(key.secretKey) };
    expect((await app.browser({ origin: null }).request('POST', `${PATH}?from=proxy`, { headers })).status).toBe(200);
    expect((await app.browser({ origin: null }).request('GET', `${PATH}ing`, { headers })).status).toBe(404);
  });

  it('is answered with a problem that shows nothing of our insides when the database fails', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId });
    await app.database.query('alter table api_keys rename to api_keys_away');
    try {
      const answer = await verify(bearer(secretKey));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json']);
      expect(answer.text).not.toContain('api_keys');
    } finally {
      await app.database.query('alter table api_keys_away rename to api_keys');
    }
    expect((await verify(bearer(key.secretKey))).status).toBe(200);
  });

  it('is answered again at once after the database has cut every connection', async () => {
    await verify(bearer(key.secretKey));
    const cut =
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await app.database.query(cut);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await verify(bearer(key.secretKey))).status).toBe(200);
  });

  /** Sends a body in chunks, without an end, until the server hangs up. @returns what it answered */
  function endlessly(): Promise<string> {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    const head = ['Host: localhost', `Authorization: ${bearer(key.secretKey)}`, 'Transfer-Encoding: chunked'];
    socket.write(`POST ${PATH} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    const sending = setInterval(() => socket.write(`400\r\n${' '.repeat(0x400)}\r\n`), 5);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    // Chunks that are under way when the server hangs up are answered by a reset.
    socket.on('error', () => socket.destroy());
    return new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(sending);
        resolve(answer);
      });
    });
  }
});

describe('many wrong keys', () => {
  const wrong = bearer(issueKeyPair().secretKey.reveal());

  async function failFrom(address: string, times: number): Promise<HttpAnswer[]> {
    const answers: HttpAnswer[] = [];
    for (let sent = 0; sent < times; sent += 20) {
      const batch = Array.from({ length: 20 }, () => verify(wrong, undefined, { 'x-forwarded-for': address }));
      answers.push(...(await Promise.all(batch)));
    }
    return answers;
  }

  it('from one network are throttled behind a trusted proxy, and its good keys and other networks are not', async () => {
    const answers = await failFrom('198.51.100.7', 340);
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array<number>(300).fill(401),
      ...Array<number>(40).fill(429),
    ]);
    const throttled = answers.at(-1)!;
    expect(throttled.json()).toEqual({ valid: false, code: 'RATE_LIMITED' });
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(throttled.headers.get('retry-after'))).toBeLessThanOrEqual(60);

    expect((await verify(bearer(key.secretKey), undefined, { 'x-forwarded-for': '198.51.100.7' })).status).toBe(200);
    expect((await verify(wrong, undefined, { 'x-forwarded-for': '198.51.100.8' })).status).toBe(401);
  });

  it('from the many addresses of one IPv6 customer are counted together', async () => {
    for (let part = 0; part < 15; part += 1) await failFrom(`2001:db8:1:2::${part.toString(16)}`, 20);
    expect((await verify(wrong, undefined, { 'x-forwarded-for': '2001:db8:1:2:ffff::1' })).status).toBe(429);
    expect((await verify(wrong, undefined, { 'x-forwarded-for': '2001:db8:1:3::1' })).status).toBe(401);
  });

  it('do not escape by an address that they claim in front of the proxy', async () => {
    const claims = Array.from({ length: 320 }, (_, index) => `192.0.2.${index % 250}, 203.0.113.9`);
    const statuses: number[] = [];
    for (const claim of claims) statuses.push((await verify(wrong, undefined, { 'x-forwarded-for': claim })).status);
    expect(statuses.slice(-20)).toEqual(Array<number>(20).fill(429));
  });
});

describe('without a trusted proxy', () => {
  it('X-Forwarded-For is not believed', async () => {
    const direct = await startTestApp();
    try {
      const client = direct.browser({ origin: null });
      const headersOf = (index: number) => ({
        authorization: 'Bearer sk-gh-nothing',
        'x-forwarded-for': `192.0.2.${index % 250}`,
      });
      let last = 0;
      for (let index = 0; index < 301; index += 1)
        last = (await client.request('POST', PATH, { headers: headersOf(index) })).status;
      expect(last).toBe(429);
    } finally {
      await direct.stop();
    }
  });
});
