import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { createApiKey, createProject, type CreatedKey } from '../support/projects.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { trailOfRequest } from '../support/trail.js';
import { createScimToken, directory } from '../support/scim.js';

let app: TestApp;
let mails: MailSink;
let owner: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  mails = await startMailSink();
  app = await startTestApp({ TRUST_PROXY: '127.0.0.1', SMTP_URL: mails.url });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(async () => {
  await app.stop();
  await mails.stop();
});

const never = (): string => issueKeyPair().secretKey.reveal();
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const json = (text: string) => ({ type: 'application/json', text });

/** From an address of its own unless one is named, so that no test is throttled for another. */
const headersFor = (address: string | undefined, requestId: string = randomUUID()): Record<string, string> => ({
  'x-request-id': requestId,
  'x-forwarded-for': address ?? `198.51.100.${Math.floor(Math.random() * 200)}`,
});

function surrender(authorization: string | null, body?: string, address?: string, requestId?: string) {
  const headers = { ...headersFor(address, requestId), ...(authorization === null ? {} : { authorization }) };
  const sent = body === undefined ? undefined : json(body);
  return app.browser({ origin: null }).request('POST', '/api/keys/revoke', { headers }, sent);
}

function report(body: unknown, address?: string, requestId?: string): Promise<HttpAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = headersFor(address, requestId);
  return app.browser({ origin: null }).request('POST', '/api/keys/leaks', { headers }, json(text));
}

const statusOf = async ({ secretKey }: CreatedKey): Promise<number> =>
  (await app.browser({ bearer: secretKey, origin: null }).postJson('/api/keys/verify', {})).status;

const seenIn = ({ status, headers, text }: HttpAnswer): unknown => ({
  status,
  headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
  text,
});

describe('whoever has a secret', () => {
  it('ends its key at once with it, and the trail says how', async () => {
    const [key, other] = [
      await createApiKey(owner.browser, { projectId }),
      await createApiKey(owner.browser, { projectId }),
    ];
    const requestId = randomUUID();
    const answer = await surrender(`Bearer ${key.secretKey}`, undefined, '203.0.113.5', requestId);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect([await statusOf(key), await statusOf(other)]).toEqual([401, 200]);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'apiKey.revoked',
        outcome: 'SUCCEEDED',
        actor_kind: 'apiKey',
        actor_id: key.apiKey.id,
        actor_label: key.publicKey,
        resource_id: key.apiKey.id,
        project_id: projectId,
        after: { publicKey: key.publicKey, reason: 'byHolder', revokedAt: expect.any(String) },
        ip: '203.0.113.5',
      },
    ]);
  });

  it.each<[string, (key: CreatedKey) => Promise<HttpAnswer>]>([
    ['in the body', ({ secretKey }) => surrender(null, JSON.stringify({ secretKey }))],
    [
      'in the body, beside a header for a proxy',
      ({ secretKey }) => surrender('Basic eDp5', JSON.stringify({ secretKey })),
    ],
    ['as HTTP Basic', ({ publicKey, secretKey }) => surrender(`Basic ${btoa(`${publicKey}:${secretKey}`)}`)],
  ])('may show it %s', async (_where, send) => {
    const key = await createApiKey(owner.browser, { projectId });
    expect((await send(key)).status).toBe(204);
    expect(await statusOf(key)).toBe(401);
  });

  it('ends a key of certain networks from anywhere: it lies in strange hands', async () => {
    const key = await createApiKey(owner.browser, { projectId, allowedCidrs: ['192.0.2.0/24'] });
    const requestId = randomUUID();
    expect((await surrender(`Bearer ${key.secretKey}`, undefined, '203.0.113.5', requestId)).status).toBe(204);
    expect(await trailOfRequest(app, requestId)).toMatchObject([{ action: 'apiKey.revoked' }]);
  });

  it('is told the same of a key that was good, has ended, or never was; and nothing more is recorded', async () => {
    const key = await createApiKey(owner.browser, { projectId });
    const good = await surrender(`Bearer ${key.secretKey}`);
    const { rows: before } = await app.database.query('select count(*) from audit_events');
    const others = [
      await surrender(`Bearer ${key.secretKey}`),
      await surrender(`Bearer ${never()}`),
      await surrender(`Bearer ${key.secretKey}x`),
      await surrender(`Bearer ${key.publicKey}`),
      await surrender(`Bearer ${app.adminApiKey}`),
      await surrender(null, JSON.stringify({ secretKey: 'no key' })),
    ];
    expect(others.map(seenIn)).toEqual(others.map(() => seenIn(good)));
    expect((await app.database.query('select count(*) from audit_events')).rows).toEqual(before);
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', 'secretKey'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no key', '{}'],
    ['a key that is no text', '{"secretKey":1}'],
  ])('is told what to send when it sends %s', async (_what, body) => {
    const answer = await surrender(null, body);
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'VALIDATION_FAILED' }]);
  });

  it('sends no more than 4 kB, and by POST', async () => {
    expect((await surrender(null, JSON.stringify({ secretKey: 'x'.repeat(5_000) }))).status).toBe(413);
    expect((await app.browser().get('/api/keys/revoke')).status).toBe(405);
    expect((await app.browser().get('/api/keys/leaks')).status).toBe(405);
  });
});

describe('a scanner', () => {
  it('ends the keys that it reports, and is told by hashes which tokens were keys', async () => {
    const [key, wide] = [
      await createApiKey(owner.browser, { projectId, name: 'CI' }),
      await createApiKey(owner.browser, { organizationId }),
    ];
    const unknown = never();
    const type = 'gatehouse_api_key';
    const requestId = randomUUID();
    const answer = await report(
      [
        { token: key.secretKey, type, url: 'https://user:pass@git.example/a/b?token=1#L3', source: 'content' },
        { token: unknown, type },
        { token: 'not a key' },
        { token: wide.secretKey, type: wide.secretKey, url: `https://git.example/${wide.secretKey}` },
        { token: key.secretKey, type },
      ],
      '203.0.113.6',
      requestId,
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(answer.json()).toEqual([
      { token_hash: hashOf(key.secretKey), token_type: type, label: 'true_positive' },
      { token_hash: hashOf(unknown), token_type: type, label: 'false_positive' },
      { token_hash: hashOf('not a key'), label: 'false_positive' },
      { token_hash: hashOf(wide.secretKey), label: 'true_positive' },
      { token_hash: hashOf(key.secretKey), token_type: type, label: 'true_positive' },
    ]);
    expect([await statusOf(key), await statusOf(wide)]).toEqual([401, 401]);

    const trail = await trailOfRequest(app, requestId);
    expect(trail.map(({ after }) => after?.foundAt)).toEqual(['https://git.example/a/b', undefined]);
    expect(trail).toMatchObject(
      [key, wide].map(({ apiKey }) => ({
        action: 'apiKey.revoked',
        actor_kind: 'anonymous',
        resource_id: apiKey.id,
        after: { reason: 'leaked' },
        ip: '203.0.113.6',
      })),
    );
  });

  it('has it mailed to each owner once, and to nobody else, without the secret', async () => {
    const [boss, colleague, admin] = [await createPerson(app), await createPerson(app), await createPerson(app)];
    const { id } = await createOrganization(boss);
    await addMember(app, id, colleague, 'OWNER');
    await addMember(app, id, admin, 'ADMIN');
    const keys = [
      await createApiKey(boss.browser, { organizationId: id, name: 'Nightly' }),
      await createApiKey(boss.browser, { organizationId: id, name: 'evil.example' }),
    ];
    const tokens = keys.map(({ secretKey }) => ({ token: secretKey }));
    await report(tokens);
    await report(tokens);

    // Whatever the second report had mailed would come before this.
    const last = await createApiKey(boss.browser, { organizationId: id, name: 'Last' });
    await report([{ token: last.secretKey }]);
    for (const person of [boss, colleague]) {
      await mails.next(({ to, subject }) => to.includes(person.email) && subject === 'A leaked API key was revoked');
      const theirs = mails.messages.filter(({ to }) => to.includes(person.email));
      expect(theirs.map(({ subject }) => subject).sort()).toEqual([
        '2 leaked API keys were revoked',
        'A leaked API key was revoked',
      ]);
      const text = theirs.find(({ subject }) => subject.startsWith('2'))?.raw ?? '';
      for (const { secretKey } of keys) expect(text).not.toContain(secretKey.slice(6, 40));
      const { text: words } = theirs.find(({ subject }) => subject.startsWith('2'))!;
      for (const { publicKey } of keys) expect(words).toContain(publicKey);
      expect(words).toContain('Nightly');
      expect(words).not.toContain('evil.example');
    }
    expect(mails.messages.filter(({ to }) => to.includes(admin.email))).toEqual([]);
  });

  it('ends the token of a directory too, once, and its owners are told', async () => {
    const boss = await createPerson(app);
    const { id } = await createOrganization(boss);
    const { scimToken, token } = await createScimToken(boss.browser, { organizationId: id, name: 'Okta' });
    const call = async () => (await directory(app, token).get('/api/scim/v2/Users')).status;
    expect(await call()).toBe(200);
    const requestId = randomUUID();
    const found = [{ token, url: 'https://git.example/a/b?secret=1' }];
    const label = [{ token_hash: hashOf(token), label: 'true_positive' }];
    expect((await report(found, '203.0.113.9', requestId)).json()).toEqual(label);
    expect(await call()).toBe(401);
    expect((await report(found, '203.0.113.9', requestId)).json()).toEqual(label);
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      {
        action: 'scimToken.revoked',
        actor_kind: 'anonymous',
        resource_id: scimToken.id,
        after: { reason: 'leaked', foundAt: 'https://git.example/a/b' },
      },
    ]);
    const mail = await mails.next(({ to, subject }) => to.includes(boss.email) && subject.includes('SCIM token'));
    expect(mail.text).toContain(scimToken.display);
    expect(mail.raw).not.toContain(token.slice(8, 40));
  });

  it.each([
    ['no JSON', '[{'],
    ['an object', { token: 'x' }],
    ['an empty list', []],
    ['more than a hundred tokens', Array.from({ length: 101 }, () => ({ token: 'x' }))],
    ['a token that is no text', [{ token: 1 }]],
    ['a token beyond any length', [{ token: 'x'.repeat(301) }]],
    ['no token', [{ url: 'https://git.example' }]],
    ['null in the list', [null]],
  ])('is refused with %s', async (_what, body) => {
    const answer = await report(body);
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 'VALIDATION_FAILED' }]);
  });

  it('is refused beyond 128 kB', async () => {
    expect((await report([{ token: 'x', url: 'x'.repeat(132_000) }])).status).toBe(413);
  });
});

describe('wrong keys', () => {
  it('are throttled together, whether shown, surrendered or reported; a good one is ended all the same', async () => {
    const address = '192.0.2.66';
    const key = await createApiKey(owner.browser, { projectId });
    const other = await createApiKey(owner.browser, { projectId });
    const hundred = Array.from({ length: 100 }, () => ({ token: never() }));
    for (let sent = 0; sent < 3; sent += 1) expect((await report(hundred, address)).status).toBe(200);

    const throttled = await surrender(`Bearer ${never()}`, undefined, address);
    expect([throttled.status, throttled.json()]).toMatchObject([429, { code: 'RATE_LIMITED' }]);
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0);
    const verify = app.browser({ bearer: never(), origin: null });
    expect((await verify.postJson('/api/keys/verify', {}, { headers: headersFor(address) })).status).toBe(429);
    expect((await report([{ token: other.secretKey }, { token: never() }], address)).status).toBe(429);

    expect((await surrender(`Bearer ${key.secretKey}`, undefined, address)).status).toBe(204);
    expect([await statusOf(key), await statusOf(other)]).toEqual([401, 401]);
    expect((await surrender(`Bearer ${never()}`, undefined, '192.0.2.67')).status).toBe(204);
  });
});
