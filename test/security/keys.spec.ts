import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueKeyPair } from '../../src/api-keys/api-key-token.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { deleteOrganization, deleteProject, restoreOrganization, restoreProject } from '../support/deletions.js';
import { createOrganization, createPerson, addMember, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, tokenIn } from '../support/invitations.js';
import { removeMember } from '../support/members.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import { inParallel } from '../support/in-parallel.js';
import type { GraphqlAnswer, HttpAnswer, HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { askOfAccount, createAccount, setPermissions } from '../support/service-accounts.js';
import { compared } from '../support/timing.js';

const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
const password = 'a long pass phrase, and no other';

/** Within which every process must have noticed. */
const secondGone = () => new Promise((resolve) => setTimeout(resolve, 1000));

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

  /** Every row of every table, those of the jobs too, as text, bytes in hexadecimal, as a backup would hold them. */
  async function dump(): Promise<string> {
    const { rows: tables } = await app.database.query<{ name: string }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
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
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read'] });
    const keys = [
      await createApiKey(owner.browser, { projectId, idempotencyKey: 'dumped' }),
      await createApiKey(owner.browser, { organizationId }),
      await createApiKey(owner.browser, { projectId, serviceAccountId: account.id }),
    ];
    keys.push(await rotateKey(owner.browser, keys[0]!, { idempotencyKey: 'rotated' }));
    // One ends by a scanner, whose report and mail pass through the database too.
    await app.browser({ origin: null }).postJson('/api/keys/leaks', [{ token: keys[1]?.secretKey }]);
    await inviteMember(owner, { organizationId, email: 'newcomer@example.test', role: 'VIEWER' });
    const invitation = tokenIn(await mails.next(({ subject }) => subject.startsWith('Invitation')));
    await acceptInvitation({ browser: newcomer }, invitation);
    expect((await verify(keys[0]?.secretKey ?? '')).status).toBe(200);

    const text = await dump();
    // What may be there is: so the dump is one of this database, and of all of it.
    for (const harmless of [keys[0]?.publicKey ?? '', 'newcomer@example.test', 'dumped', 'apiKey.created', 'mail.send'])
      expect(text).toContain(harmless);

    const secrets = [password, session, invitation, ...keys.map(({ secretKey }) => secretKey), app.adminApiKey];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      const bytes = Buffer.from(secret);
      for (const form of [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]) {
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

  it('111: ten thousand wrong keys of every kind, told apart by no answer, while good ones are answered all along', async () => {
    const other = await startTestApp({ TRUST_PROXY: '127.0.0.1' });
    try {
      const person = await createPerson(other);
      const place = { organizationId: (await createOrganization(person)).id, permissions: ['traces.read'] };
      const [good, revoked, expired] = [
        await createApiKey(person.browser, place),
        await createApiKey(person.browser, place),
        await createApiKey(person.browser, place),
      ];
      dataOf(await person.browser.graphql(revoke, { input: { apiKeyId: revoked.apiKey.id } }));
      await other.database.query('update api_keys set expires_at = now() where id = $1', [expired.apiKey.id]);
      const wrong = (round: number): string =>
        [
          issueKeyPair().secretKey.reveal(),
          `sk-gh-${String(round).padStart(49, '0')}`,
          revoked.secretKey,
          expired.secretKey,
          `${good.secretKey.slice(0, -1)}${good.secretKey.endsWith('0') ? '1' : '0'}`,
          good.publicKey,
          good.secretKey.toLowerCase(),
          `x${round}`,
        ][round % 8] ?? '';
      const ask = (secretKey: string, from: string) =>
        other
          .browser({ bearer: secretKey, origin: null })
          .postJson('/api/keys/verify', {}, { headers: { 'x-forwarded-for': from } });
      // 320 from each of 32 networks, the first 300 of which are answered one by one.
      const tries = Array.from({ length: 10_240 }, (_, round) => round);
      const answers = await inParallel(16, tries, async (round) => {
        if (round % 500 === 0) expect((await ask(good.secretKey, '198.18.0.1')).status).toBe(200);
        const { status, text } = await ask(wrong(round), `198.18.0.${1 + (Math.floor(round / 8) % 32)}`);
        return `${status} ${text}`;
      });
      const counts = new Map<string, number>();
      for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
      expect([...counts].sort()).toEqual([
        ['401 {"valid":false,"code":"INVALID_KEY"}', 32 * 300],
        ['429 {"valid":false,"code":"RATE_LIMITED"}', 32 * 20],
      ]);
      expect((await ask(good.secretKey, '198.18.0.1')).status).toBe(200);

      let from = 0;
      const timed = (secretKey: () => string) => () => ask(secretKey(), `198.19.0.${(from += 1) % 250}`);
      const { first, second, apart } = await compared(
        { first: timed(() => issueKeyPair().secretKey.reveal()), second: timed(() => revoked.secretKey) },
        0.1,
      );
      console.log(`a key: ${first.toFixed(2)} ms unknown, ${second.toFixed(2)} ms revoked`);
      expect(apart).toBeLessThan(0.1);
    } finally {
      await other.stop();
    }
  }, 60_000);

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

  it('112: a key in use whose project or organization is deleted, in every process, until that comes back', async () => {
    const neighbour = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
    try {
      const { id: doomed } = await createOrganization(owner, 'Doomed');
      const { id: project } = await createProject(owner.browser, doomed);
      const ofProject = await createApiKey(owner.browser, { projectId: project });
      const ofOrganization = await createApiKey(owner.browser, {
        organizationId: doomed,
        permissions: ['organization.read'],
      });
      const statuses = async ({ secretKey }: CreatedKey) => {
        const shown = [app, neighbour].map((one) => one.browser({ bearer: secretKey }));
        const verified = shown.map((program) => program.postJson('/api/keys/verify', {}));
        const called = shown.map((program) => program.postJson('/graphql', { query: '{ viewer { kind } }' }));
        return (await Promise.all([...verified, ...called])).map(({ status }) => status);
      };
      const [good, bad] = [
        [200, 200, 200, 200],
        [401, 401, 401, 401],
      ];
      const both = async () => [await statuses(ofProject), await statuses(ofOrganization)];
      for (let warm = 0; warm < 20; warm += 1) expect(await both()).toEqual([good, good]);

      await deleteProject(owner, { projectId: project });
      await secondGone();
      expect(await both()).toEqual([bad, good]);
      await restoreProject(owner, { projectId: project });
      await secondGone();
      expect(await both()).toEqual([good, good]);
      await deleteOrganization(owner, { organizationId: doomed });
      await secondGone();
      expect(await both()).toEqual([bad, bad]);
      await restoreOrganization(owner, { organizationId: doomed });
      await secondGone();
      expect(await both()).toEqual([good, good]);
    } finally {
      await neighbour.stop();
    }
  });

  it('113: a key whose project or organization was deleted, in the words for one that never was', async () => {
    const { id: doomed } = await createOrganization(owner, 'Doomed');
    const { id: project } = await createProject(owner.browser, doomed);
    const keys = [
      await createApiKey(owner.browser, { projectId: project }),
      await createApiKey(owner.browser, { organizationId: doomed, permissions: ['organization.read'] }),
    ];
    await deleteProject(owner, { projectId: project });
    await deleteOrganization(owner, { organizationId: doomed });
    const never = await verify(issueKeyPair().secretKey.reveal());
    for (const { secretKey } of keys) {
      const answer = await verify(secretKey, { projectId: project });
      expect([answer.status, answer.text]).toEqual([never.status, never.text]);
    }
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

  it('113: a key that has ended in any way, of the API in the words for one that never was', async () => {
    const maker = await createPerson(app);
    await addMember(app, organizationId, maker, 'ADMIN');
    const doomed = (await createProject(owner.browser, organizationId)).id;
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read'] });
    const ended = {
      orphan: await createApiKey(maker.browser, { projectId }),
      revoked: await createApiKey(owner.browser, { projectId }),
      'of a deleted project': await createApiKey(owner.browser, { projectId: doomed }),
      'of a deleted service account': await createApiKey(owner.browser, { projectId, serviceAccountId: account.id }),
      'from elsewhere': await createApiKey(owner.browser, { projectId, allowedCidrs: ['192.0.2.0/24'] }),
    };
    for (const { secretKey } of Object.values(ended).slice(0, 4)) expect((await verify(secretKey)).status).toBe(200);
    await removeMember(owner, organizationId, maker.id);
    dataOf(await owner.browser.graphql(revoke, { input: { apiKeyId: ended.revoked.apiKey.id } }));
    await deleteProject(owner, { projectId: doomed });
    dataOf(await askOfAccount(owner.browser, 'delete', { serviceAccountId: account.id }));

    const never = issueKeyPair().secretKey.reveal();
    const told = async (secretKey: string): Promise<string[]> => {
      const call = await app.browser({ bearer: secretKey }).postJson('/graphql', { query: '{ viewer { kind } }' });
      const [verified, exchanged] = [
        await verify(secretKey, { projectId }),
        await app.browser({ bearer: secretKey }).postJson('/api/auth/token', {}),
      ];
      return [call, verified, exchanged].map(
        ({ status, text }) => `${status} ${text.replace(/"requestId":"[^"]+"/g, '')}`,
      );
    };
    const words = await told(never);
    expect(words.map((answer) => answer.slice(0, 3))).toEqual(['401', '401', '401']);
    for (const [how, { secretKey }] of Object.entries(ended))
      expect([how, await told(secretKey)]).toEqual([how, words]);
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

  it('114: a key that would widen itself by rotating: itself, its maker, or one that may do more', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const more = { projectId, permissions: [...permissions, 'traces.create'] };
    const [strong, eternal, free] = [
      await createApiKey(owner.browser, more),
      await createApiKey(owner.browser, { projectId, permissions }),
      await createApiKey(owner.browser, { projectId, permissions }),
    ];
    const kept = { projectId, permissions, expiresAt, allowedCidrs: ['127.0.0.0/8', '::1'] };
    const key = await createApiKey(owner.browser, kept);
    const program = app.browser({ bearer: key.secretKey });

    expect(codesOf(await askToRotate(program, strong))).toEqual(['CANNOT_GRANT']);
    // Whatever it rotates ends with it, and is not to be used where it may not.
    expect((await rotateKey(program, eternal)).apiKey).toMatchObject({ permissions, expiresAt });
    expect(await networksOf(await rotateKey(program, free))).toEqual(['127.0.0.0/8', '::1/128']);
    const next = await rotateKey(program, key, { overlapSeconds: 2_592_000 });
    expect(next.apiKey).toMatchObject({ permissions, expiresAt });
    expect(await networksOf(next)).toEqual(['127.0.0.0/8', '::1/128']);
    const again = await rotateKey(app.browser({ bearer: next.secretKey }), next);
    expect(again.apiKey).toMatchObject({ permissions, expiresAt });
    expect(await endOf(key)).toBe(expiresAt);
  });

  it('114: a key that would widen itself by a service account: its own, another’s, or one that it makes', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const strong = await createAccount(owner.browser, { projectId, permissions: [...permissions, 'traces.create'] });
    const ofStrong = { projectId, serviceAccountId: strong.id };
    const key = await createApiKey(owner.browser, { ...ofStrong, permissions });
    const program = app.browser({ bearer: key.secretKey });
    const refused = async (attempt: Promise<GraphqlAnswer<unknown>>): Promise<void> =>
      expect(codesOf(await attempt)).toEqual(['CANNOT_GRANT']);

    // What its account has and it has not, it does not get: as a key, in another account, or from one of its kind.
    await refused(askForApiKey(program, { ...ofStrong, permissions: ['traces.create'] }));
    expect((await createApiKey(program, ofStrong)).apiKey.permissions).toEqual(['traces.read']);
    await refused(askOfAccount(program, 'create', { projectId, name: 'New', permissions: ['traces.create'] }));
    const weak = await createAccount(program, { projectId, permissions });
    const beyond = { serviceAccountId: weak.id, permissions: ['traces.create'] };
    await refused(askOfAccount(program, 'update', beyond));
    await refused(
      askToRotate(program, await createApiKey(owner.browser, { ...ofStrong, permissions: ['traces.create'] })),
    );

    // What its account has lost is not its own to give back.
    await setPermissions(owner.browser, strong, ['apiKeys.manage']);
    await refused(askOfAccount(program, 'update', { serviceAccountId: strong.id, permissions }));
    await refused(askForApiKey(program, { projectId, permissions: ['traces.read'] }));
    expect((await verify(key.secretKey)).json()).toMatchObject({ permissions: ['apiKeys.manage'] });
  });

  it('114: a key that would outlive itself, or get out of its networks, by what it gives a service account', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read', 'traces.create'] });
    const dormant = await createApiKey(owner.browser, { projectId, serviceAccountId: account.id });
    await setPermissions(owner.browser, account, []);
    const bounds = [{ expiresAt }, { allowedCidrs: ['127.0.0.0/8', '::1'] }];
    for (const bound of bounds) {
      const program = app.browser({
        bearer: (await createApiKey(owner.browser, { projectId, permissions, ...bound })).secretKey,
      });
      const widened = await askOfAccount(program, 'update', {
        serviceAccountId: account.id,
        permissions: ['traces.read'],
      });
      expect(codesOf(widened)).toEqual(['CANNOT_GRANT']);
      const made = await createApiKey(program, { projectId, serviceAccountId: account.id, permissions: [] });
      expect([await endOf(made), await networksOf(made)]).toEqual([
        bound.expiresAt ?? null,
        bound.allowedCidrs ? ['127.0.0.0/8', '::1/128'] : [],
      ]);
    }
    expect((await verify(dormant.secretKey)).json()).toMatchObject({ permissions: [] });
  });

  const rotation = `mutation ($input: RotateApiKeyInput!) {
    rotateApiKey(input: $input) { apiKey { id permissions expiresAt } publicKey secretKey }
  }`;
  const askToRotate = (
    client: HttpClient,
    { apiKey }: CreatedKey,
    more: object = {},
  ): Promise<GraphqlAnswer<{ rotateApiKey: CreatedKey }>> =>
    client.graphql(rotation, { input: { apiKeyId: apiKey.id, ...more } });

  async function rotateKey(client: HttpClient, key: CreatedKey, more: object = {}): Promise<CreatedKey> {
    return dataOf(await askToRotate(client, key, more)).rotateApiKey;
  }

  /** As it is stored. */
  async function rowOf({ apiKey }: CreatedKey): Promise<{ networks: string[]; end: Date | null } | undefined> {
    const { rows } = await app.database.query<{ networks: string[]; end: Date | null }>(
      'select allowed_cidrs as networks, expires_at as end from api_keys where id = $1',
      [apiKey.id],
    );
    return rows[0];
  }
  const networksOf = async (key: CreatedKey): Promise<string[] | undefined> => (await rowOf(key))?.networks;
  const endOf = async (key: CreatedKey): Promise<string | null> => (await rowOf(key))?.end?.toISOString() ?? null;
});
