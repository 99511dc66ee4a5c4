import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { bookPlan } from '../support/plans.js';
import { codesOf, createApiKey } from '../support/projects.js';
import {
  askForScimToken,
  createScimToken,
  directory,
  listScimTokens,
  revokeScimToken,
  sendScim,
  type CreatedScimToken,
} from '../support/scim.js';
import type { HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let owner: Person;
let admin: Person;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});
beforeEach(async () => {
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  admin = await createPerson(app);
  await addMember(app, organizationId, admin, 'ADMIN');
});

const create = (input: object = {}, by = owner): Promise<CreatedScimToken> =>
  createScimToken(by.browser, { organizationId, ...input });

const PATH = '/api/scim/v2/Nothing';

/** What an address that is not there answers: 404 to whoever is let in, 401 to anybody else. */
const call = async (token: string, at = app): Promise<number> => (await directory(at, token).get(PATH)).status;

describe('a SCIM token', () => {
  it('is shown once, listed without itself, stored as its digest alone, and on the trail', async () => {
    const requestId = randomUUID();
    const { data } = await askForScimToken(owner.browser, { organizationId, name: 'Entra', role: 'MEMBER' }, requestId);
    const { scimToken, token } = data?.createScimToken ?? { scimToken: null, token: '' };
    expect(token).toMatch(/^scim-gh-[0-9A-Za-z]{49}$/);
    expect(scimToken).toEqual({
      id: expect.any(String),
      name: 'Entra',
      display: `scim-gh-…${token.slice(-4)}`,
      role: 'MEMBER',
      createdBy: owner.email,
      createdAt: expect.any(String),
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(await listScimTokens(admin.browser, organizationId)).toEqual({
      scimTokens: [scimToken],
      scimBaseUrl: `${app.url}/api/scim/v2`,
    });
    const { rows } = await app.database.query(
      `select secret_digest = sha256($2::bytea) as digest, t::text like '%' || $3 || '%' as plain from scim_tokens t where id = $1`,
      [scimToken?.id, token, token.slice(8)],
    );
    expect(rows).toEqual([{ digest: true, plain: false }]);
    const told = { name: 'Entra', display: scimToken?.display, role: 'MEMBER', expiresAt: null, revokedAt: null };
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'scimToken.created', actor_id: owner.id, resource_id: scimToken?.id, after: told },
    ]);
  });

  it('gives new people the role of the configuration unless told otherwise', async () => {
    expect((await create()).scimToken.role).toBe('VIEWER');
  });

  it('is not shown again to who repeats the call', async () => {
    const input = { organizationId, idempotencyKey: randomUUID() };
    const first = await createScimToken(owner.browser, input);
    const second = await createScimToken(owner.browser, input);
    expect(second).toEqual({ scimToken: first.scimToken, token: null });
  });

  it('is revoked at once in every process, for good, with one entry on the trail', async () => {
    const { token, scimToken } = await create();
    const newer = await create({ name: 'Newer' });
    expect([await call(token), await call(token, other)]).toEqual([404, 404]);
    const requestId = randomUUID();
    const revoked = await revokeScimToken(admin.browser, scimToken.id, requestId);
    expect([await call(token), await call(token, other), await call(newer.token)]).toEqual([401, 401, 404]);
    expect(await revokeScimToken(admin.browser, scimToken.id)).toEqual(revoked);
    const { scimTokens } = await listScimTokens(owner.browser, organizationId);
    expect(scimTokens.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      [newer.scimToken.id, null],
      [scimToken.id, revoked.revokedAt],
    ]);
    expect(revoked.revokedAt).not.toBeNull();
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'scimToken.revoked', before: { revokedAt: null }, after: { revokedAt: revoked.revokedAt } },
    ]);
    expect((await actionsOf(app, organizationId)).filter((action) => action === 'scimToken.revoked')).toHaveLength(1);
  });

  it.each([
    ['OWNER', { role: 'OWNER' }],
    ['an end that has passed', { expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['no name', { name: '' }],
  ])('is not made with %s', async (_what, input) => {
    expect(codesOf(await askForScimToken(owner.browser, { organizationId, ...input }))).toEqual(['VALIDATION_FAILED']);
  });

  it('says that a directory gives nobody OWNER', async () => {
    const { errors } = await askForScimToken(owner.browser, { organizationId, role: 'OWNER' });
    expect(errors[0]?.message).toBe('OWNER is given by an owner, not by a directory.');
  });

  it('is made ten times and no more, where one that is over does not count', async () => {
    const made = await Promise.allSettled(Array.from({ length: 12 }, () => create()));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(codesOf(await askForScimToken(owner.browser, { organizationId }))).toEqual(['PRECONDITION_FAILED']);
    const [first, second] = (await listScimTokens(owner.browser, organizationId)).scimTokens;
    await revokeScimToken(owner.browser, first?.id ?? '');
    await app.database.query('update scim_tokens set expires_at = now() where id = $1', [second?.id]);
    await create();
    await create();
    await expect(create()).rejects.toThrow('Revoke one first');
  });

  it('writes down its use, off the request, and once a minute at most', async () => {
    const { token, scimToken } = await create();
    const lastUse = async () => (await listScimTokens(owner.browser, organizationId)).scimTokens[0]?.lastUsedAt;
    await call(token);
    await expectSoon(lastUse, expect.any(String));
    const first = await lastUse();
    await call(token);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await lastUse()).toBe(first);
    await app.database.query(`update scim_tokens set last_used_at = now() - interval '61 seconds' where id = $1`, [
      scimToken.id,
    ]);
    const before = new Date().toISOString();
    await call(token);
    await expectSoon(async () => ((await lastUse()) ?? '') >= before, true);
  });
});

/** What happens off the request is there a moment later. */
async function expectSoon(look: () => Promise<unknown>, wanted: unknown): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(await look()).toEqual(wanted);
}

describe('the plan', () => {
  it('without provisioning makes no token, and says which plans have it', async () => {
    await bookPlan(app, organizationId, 'core');
    const { errors } = await askForScimToken(owner.browser, { organizationId });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'ENTITLEMENT_REQUIRED',
      plan: 'core',
      plans: ['pro+teams', 'enterprise', 'self-hosted'],
    });
  });

  it('is not taken away from whose directory provisions', async () => {
    const { scimToken } = await create({ name: 'Okta of Acme' });
    await expect(bookPlan(app, organizationId, 'pro')).rejects.toMatchObject({
      extensions: { code: 'PRECONDITION_FAILED', plan: 'pro', scimTokens: ['Okta of Acme'] },
    });
    await bookPlan(app, organizationId, 'enterprise');
    await revokeScimToken(owner.browser, scimToken.id);
    expect(await bookPlan(app, organizationId, 'pro')).toMatchObject({ plan: 'pro', scim: false });
  });

  it('ends a token where it was taken away by hand', async () => {
    const { token } = await create();
    await app.database.query(`update organizations set plan = 'pro' where id = $1`, [organizationId]);
    expect(await call(token)).toBe(401);
    await app.database.query(`update organizations set plan = 'pro+teams' where id = $1`, [organizationId]);
    expect(await call(token)).toBe(404);
  });
});

describe('the way in for directories', () => {
  it('answers in one wording whatever is wrong with a token', async () => {
    const [revoked, expired, lost, gone] = [await create(), await create(), await create(), await create()];
    await revokeScimToken(owner.browser, revoked.scimToken.id);
    await app.database.query('update scim_tokens set expires_at = now() where id = $1', [expired.scimToken.id]);
    await app.database.query('delete from scim_tokens where id = $1', [gone.scimToken.id]);
    const answers = [
      await directory(app, revoked.token).get(PATH),
      await directory(app, expired.token).get(PATH),
      await directory(app, gone.token).get(PATH),
      await directory(app, `${lost.token.slice(0, -1)}${lost.token.endsWith('0') ? '1' : '0'}`).get(PATH),
      await directory(app, 'junk').get(PATH),
      await app.browser({ basic: { user: 'scim', password: lost.token } }).get(PATH),
    ];
    for (const answer of answers) {
      expectScimError(answer, 401, 'UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="SCIM"');
      expect(answer.json<{ detail: string }>().detail).toBe('The Authorization header holds no valid SCIM token.');
    }
    expect(await call(lost.token)).toBe(404);
  });

  it('refuses a mistyped token without asking the database for it, and slows down who makes up good ones', async () => {
    const { token } = await create();
    const from = { 'x-request-id': randomUUID() };
    const mistyped = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    await app.database.query('delete from attempts');
    await directory(app, mistyped).get(PATH, { headers: from });
    const attempts = async () => (await app.database.query('select from attempts')).rowCount;
    expect(await attempts()).toBe(0);
    const unknown = (await create()).token;
    await app.database.query('delete from scim_tokens where id = (select max(id) from scim_tokens)');
    expect(await call(unknown)).toBe(401);
    expect(await attempts()).toBe(1);
    await app.database.query(`update attempts set beyond = 5, allowed_at = now() + interval '1 minute'`);
    const answer = await directory(app, unknown).get(PATH);
    expectScimError(answer, 429, 'RATE_LIMITED');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await call(token)).toBe(404);
    await app.database.query('delete from attempts');
  });

  it('is closed to everybody but a directory', async () => {
    const key = await createApiKey(owner.browser, { organizationId, permissions: ['members.read'] });
    const callers: readonly HttpClient[] = [
      app.browser(),
      owner.browser,
      app.admin(),
      app.browser({ bearer: key.secretKey }),
      app.browser({ basic: { user: key.publicKey, password: key.secretKey } }),
    ];
    for (const caller of callers) {
      for (const path of [PATH, '/API/SCIM/v2/Nothing', '/api/scim/']) {
        const answer = await caller.get(path);
        expectScimError(answer, 401, 'UNAUTHENTICATED');
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="SCIM"');
      }
    }
  });

  it('lets a directory in that sends cookies, which nobody looks at', async () => {
    const { token } = await create();
    const headers = { cookie: 'gatehouse=nonsense' };
    expect((await app.browser({ bearer: token, headers }).get(PATH)).status).toBe(404);
  });

  it('leads nowhere else', async () => {
    const client = directory(app, (await create()).token);
    const answers = [
      (await client.graphql('{ viewer { user { id } } }')).answer,
      await client.get('/api/auth/session'),
      await client.get('/api/auth/providers'),
      await client.get('/api/auth/check'),
      await client.postJson('/api/auth/token', {}),
      await client.postJson('/api/keys/verify', {}),
      await client.get('/api/scimitar'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  });
});

function expectScimError(answer: HttpAnswer, status: number, code: string, scimType?: string): void {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/scim+json; charset=utf-8']);
  expect(answer.json()).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: expect.stringMatching(/^\w.+\.$/),
    code,
    requestId: answer.headers.get('x-request-id'),
  });
}

describe('a refusal of the protocol is told as RFC 7644 has it (3.12)', () => {
  let client: HttpClient;
  beforeAll(async () => {
    const anybody = await createPerson(app);
    const { token } = await createScimToken(anybody.browser, {
      organizationId: (await createOrganization(anybody)).id,
    });
    client = directory(app, token);
  });

  it.each<[string, number, string, string | undefined, () => Promise<HttpAnswer>]>([
    ['no such address', 404, 'NOT_FOUND', undefined, () => client.get('/api/scim/v2/Nothing?x=1')],
    ['an older version', 404, 'NOT_FOUND', undefined, () => client.get('/api/scim/v1/Users')],
    ['no such address to write to', 404, 'NOT_FOUND', undefined, () => sendScim(client, 'PATCH', '/Nothing', {})],
    [
      'half a document',
      400,
      'VALIDATION_FAILED',
      'invalidSyntax',
      () => sendScim(client, 'POST', '/Nothing', '{ "userName": "ada" '),
    ],
    [
      'half a document of JSON',
      400,
      'VALIDATION_FAILED',
      'invalidSyntax',
      () => client.request('POST', PATH, {}, { type: 'application/json', text: '{' }),
    ],
    [
      'more than a MiB',
      413,
      'PAYLOAD_TOO_LARGE',
      undefined,
      () => sendScim(client, 'POST', '/Nothing', { displayName: 'x'.repeat(1_048_576) }),
    ],
    [
      'a form',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      undefined,
      () => client.request('POST', PATH, {}, { type: 'application/x-www-form-urlencoded', text: 'a=b' }),
    ],
    [
      'another site',
      403,
      'CROSS_ORIGIN',
      undefined,
      () => sendScim(client, 'POST', '/Nothing', {}, { origin: 'https://evil.example' }),
    ],
    [
      'an address that is no address',
      400,
      'VALIDATION_FAILED',
      'invalidSyntax',
      () => client.get('/api/scim/%E0%A4%A'),
    ],
  ])('%s: %i %s', async (_what, status, code, scimType, send) => {
    expectScimError(await send(), status, code, scimType);
  });

  it('and a document of nearly a MiB is read', async () => {
    expectScimError(
      await sendScim(client, 'POST', '/Nothing', { displayName: 'x'.repeat(1_000_000) }),
      404,
      'NOT_FOUND',
    );
  });
});

describe('what a directory is refused', () => {
  it('is on the trail of its organization where it would have changed something', async () => {
    const { token, scimToken } = await create({ name: 'Okta' });
    const requestId = randomUUID();
    await sendScim(directory(app, token), 'DELETE', '/Nothing', {}, { 'x-request-id': requestId });
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'operation.refused',
        outcome: 'REFUSED',
        actor_kind: 'scimToken',
        actor_id: scimToken.id,
        actor_label: 'SCIM token "Okta"',
        resource_id: 'DELETE /api/scim/v2/Nothing',
        after: { code: 'NOT_FOUND' },
      },
    ]);
    expect(await actionsOf(app, organizationId)).toContain('operation.refused');
  });

  it('is not where it only looked', async () => {
    const { token } = await create();
    const requestId = randomUUID();
    await directory(app, token).get(PATH, { headers: { 'x-request-id': requestId } });
    expect(await trailOfRequest(app, requestId)).toEqual([]);
  });
});
