import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, addMember, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, tokenIn } from '../support/invitations.js';
import { removeMember } from '../support/members.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { HttpAnswer } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';

const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
const password = 'a long pass phrase, and no other';

describe('keys withstand', () => {
  let app: TestApp;
  let mails: MailSink;
  let owner: Person;
  let organizationId: string;
  let projectId: string;

  beforeAll(async () => {
    mails = await startMailSink();
    app = await startTestApp({ SMTP_URL: mails.url });
    owner = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    projectId = (await createProject(owner.browser, organizationId)).id;
  });
  afterAll(async () => {
    await app.stop();
    await mails.stop();
  });

  const verify = (secretKey: string, question: object = {}): Promise<HttpAnswer> =>
    app.browser({ bearer: secretKey }).postJson('/api/keys/verify', question);

  /** Every row of every table as text, bytes in hexadecimal, as a backup would hold them. */
  async function dump(): Promise<string> {
    const { rows: tables } = await app.database.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
    );
    const contents = tables.map(async ({ name }) => {
      const { rows } = await app.database.query<{ row: string }>(`select t::text as row from ${name} t`);
      return rows.map(({ row }) => `${name} ${row}`).join('\n');
    });
    return (await Promise.all(contents)).join('\n');
  }

  it('110: a thief of the database, who finds no password, session, key or invitation in it', async () => {
    const newcomer = app.browser();
    const signUp = await newcomer.postJson('/api/auth/signup', {
      email: 'newcomer@example.test',
      name: 'Newcomer',
      password,
    });
    expect(signUp.status).toBe(201);
    const session = /gatehouse=([^;]+)/.exec(signUp.setCookies.join())?.[1] ?? '';
    const keys = [
      await createApiKey(owner.browser, { projectId, idempotencyKey: 'dumped' }),
      await createApiKey(owner.browser, { organizationId }),
    ];
    await inviteMember(owner, { organizationId, email: 'newcomer@example.test', role: 'VIEWER' });
    const invitation = tokenIn(await mails.next(({ subject }) => subject.startsWith('Invitation')));
    await acceptInvitation({ browser: newcomer }, invitation);
    expect((await verify(keys[0]?.secretKey ?? '')).status).toBe(200);

    const text = await dump();
    // What may be there is: so the dump is one of this database, and of all of it.
    for (const harmless of [keys[0]?.publicKey ?? '', 'newcomer@example.test', 'dumped', 'apiKey.created'])
      expect(text).toContain(harmless);

    const secrets = [password, session, invitation, ...keys.map(({ secretKey }) => secretKey), app.adminApiKey];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]) {
        expect(text.includes(form)).toBe(false);
      }
    }
    for (const { secretKey } of keys) expect(text).not.toContain(secretKey.slice('sk-gh-'.length, -6));
  });

  it('111: somebody who tries wrong keys, each of which gets the same answer until there are too many', async () => {
    const other = await startTestApp();
    try {
      const wrong = Array.from({ length: 320 }, (_, index) =>
        index % 2 === 0 ? issueKeyPair().secretKey.reveal() : `sk-gh-${String(index).padStart(49, '0')}`,
      );
      const answers: HttpAnswer[] = [];
      for (const secretKey of wrong)
        answers.push(await other.browser({ bearer: secretKey }).postJson('/api/keys/verify', {}));
      expect(new Set(answers.slice(0, 300).map(({ status, text }) => `${status} ${text}`))).toEqual(
        new Set(['401 {"valid":false,"code":"INVALID_KEY"}']),
      );
      expect(new Set(answers.slice(300).map(({ status }) => status))).toEqual(new Set([429]));
    } finally {
      await other.stop();
    }
  });

  it('111: somebody who tries wrong keys where keys are revoked or reported, and learns of none', async () => {
    const other = await startTestApp();
    try {
      const answers: HttpAnswer[] = [];
      for (let tried = 0; tried < 310; tried += 1) {
        const secretKey = issueKeyPair().secretKey.reveal();
        const program = other.browser({ origin: null });
        const answer =
          tried % 2 === 0
            ? await program.postJson('/api/keys/revoke', { secretKey })
            : await program.postJson('/api/keys/leaks', [{ token: secretKey }]);
        expect(answer.text).not.toContain(secretKey);
        answers.push(answer);
      }
      const outcomes = answers.map(({ status, text }) => `${status} ${/"label":"\w+"/.exec(text)?.[0] ?? ''}`);
      expect(new Set(outcomes.slice(0, 300))).toEqual(new Set(['204 ', '200 "label":"false_positive"']));
      expect(new Set(outcomes.slice(300))).toEqual(new Set(['429 ']));
    } finally {
      await other.stop();
    }
  });

  it('112: a key in use that its holder or a scanner gives up, from the very next request', async () => {
    const stranger = app.browser({ origin: null });
    const ways = [
      (secretKey: string) => stranger.postJson('/api/keys/revoke', { secretKey }),
      (secretKey: string) => stranger.postJson('/api/keys/leaks', [{ token: secretKey }]),
    ];
    for (const giveUp of ways) {
      const key = await createApiKey(owner.browser, { organizationId, permissions: ['organization.read'] });
      const program = app.browser({ bearer: key.secretKey });
      for (let warm = 0; warm < 20; warm += 1) expect((await verify(key.secretKey)).status).toBe(200);
      await giveUp(key.secretKey);
      expect((await verify(key.secretKey)).status).toBe(401);
      expect((await program.postJson('/graphql', { query: '{ viewer { kind } }' })).status).toBe(401);
    }
  });

  it('112: a key in use that is revoked, from the very next request, wherever it is shown', async () => {
    const key = await createApiKey(owner.browser, { organizationId, permissions: ['organization.read'] });
    const program = app.browser({ bearer: key.secretKey });
    for (let warm = 0; warm < 20; warm += 1) expect((await verify(key.secretKey)).status).toBe(200);
    expect(codesOf(await program.graphql('{ viewer { kind } }'))).toEqual([]);
    dataOf(await owner.browser.graphql(revoke, { input: { apiKeyId: key.apiKey.id } }));
    expect((await verify(key.secretKey)).status).toBe(401);
    expect((await program.postJson('/graphql', { query: '{ viewer { kind } }' })).status).toBe(401);
  });

  it('113: a key that has expired, or whose maker was removed, in the words for one that never was', async () => {
    const maker = await createPerson(app);
    await addMember(app, organizationId, maker, 'ADMIN');
    const [expired, orphan] = [
      await createApiKey(owner.browser, { projectId }),
      await createApiKey(maker.browser, { projectId }),
    ];
    await app.database.query(`update api_keys set expires_at = now() where id = $1`, [expired.apiKey.id]);
    await removeMember(owner, organizationId, maker.id);
    const never = issueKeyPair().secretKey.reveal();
    const answers = await Promise.all(
      [expired.secretKey, orphan.secretKey, never].map((secretKey) => verify(secretKey, { projectId })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['401 {"valid":false,"code":"INVALID_KEY"}']),
    );
  });

  it('113: a good key shown for another project, whether that exists or not', async () => {
    const key = await createApiKey(owner.browser, { projectId });
    const stranger = await createPerson(app);
    const foreign = await createProject(stranger.browser, (await createOrganization(stranger)).id);
    const answers = await Promise.all(
      [foreign.id, 'no-such-project'].map((asked) => verify(key.secretKey, { projectId: asked })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['403 {"valid":false,"code":"FORBIDDEN"}']),
    );
  });

  it('113: a key shown from outside of its networks, in the words for one that never was', async () => {
    const key = await createApiKey(owner.browser, { projectId, allowedCidrs: ['192.0.2.0/24'] });
    const never = issueKeyPair().secretKey.reveal();
    const answers = await Promise.all([
      verify(key.secretKey),
      verify(key.secretKey, { ip: '198.51.100.7' }),
      verify(never, { ip: '192.0.2.7' }),
    ]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['401 {"valid":false,"code":"INVALID_KEY"}']),
    );
    expect((await verify(key.secretKey, { ip: '192.0.2.7' })).status).toBe(200);
    // An address that the sender claims, with no proxy in front that is trusted, counts for nothing.
    const claim = { headers: { 'x-forwarded-for': '192.0.2.7' } };
    const program = app.browser({ bearer: key.secretKey });
    expect((await program.postJson('/graphql', { query: '{ viewer { kind } }' }, claim)).status).toBe(401);
  });

  it('114: a key that would widen itself: in what it may do, how far it reaches, how long it lives, or where it may be used', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const permissions = ['apiKeys.manage', 'project.read', 'traces.read'];
    const key: CreatedKey = await createApiKey(owner.browser, { projectId, permissions, expiresAt });
    const program = app.browser({ bearer: key.secretKey });
    const elsewhere = await createProject(owner.browser, organizationId);
    const later = new Date(Date.now() + 3_600_000).toISOString();

    expect(codesOf(await askForApiKey(program, { projectId, permissions: ['traces.create'] }))).toEqual([
      'CANNOT_GRANT',
    ]);
    expect(codesOf(await askForApiKey(program, { projectId, expiresAt: later }))).toEqual(['CANNOT_GRANT']);
    const kept = await createApiKey(owner.browser, { projectId, permissions, allowedCidrs: ['127.0.0.0/8', '::1'] });
    const freed = await askForApiKey(app.browser({ bearer: kept.secretKey }), {
      projectId,
      allowedCidrs: ['0.0.0.0/0'],
    });
    expect(codesOf(freed)).toEqual(['CANNOT_GRANT']);
    expect(codesOf(await askForApiKey(program, { projectId: elsewhere.id }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await askForApiKey(program, { organizationId }))).toEqual(['NOT_FOUND']);
  });
});
