import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyReminders } from '../../src/api-keys/stale/key-reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { removeMember } from '../support/members.js';
import { codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { GraphqlAnswer, HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type Mail, type MailSink } from '../support/servers/mail-sink.js';
import { createAccount } from '../support/service-accounts.js';
import { countStatements } from '../support/statements.js';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
/** One in which keys need not be rotated. */
let lenient: TestApp;
let sink: MailSink;
let owner: Person;
let coOwner: Person;
let maker: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  sink = await startMailSink();
  app = await startTestApp({ SMTP_URL: sink.url });
  const shared = { DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey, SMTP_URL: sink.url };
  [other, lenient] = [await startTestApp(shared), await startTestApp({ ...shared, API_KEY_ROTATION_DAYS: '0' })];
});
/** An organization of its own for each test: nothing is told of the keys of another. */
beforeEach(async () => {
  [owner, coOwner, maker] = [await createPerson(app), await createPerson(app), await createPerson(app)];
  organizationId = (await createOrganization(owner, 'Acme')).id;
  await addMember(app, organizationId, coOwner, 'OWNER');
  await addMember(app, organizationId, maker, 'ADMIN');
  projectId = (await createProject(owner.browser, organizationId, 'Chatbot')).id;
  await app.database.query('delete from api_keys where organization_id <> $1', [organizationId]);
  sink.clear();
});
afterAll(async () => {
  await Promise.all([lenient.stop(), other.stop()]);
  await app.stop();
  await sink.stop();
});

const revoke = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
const rotate =
  'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { id } publicKey secretKey } }';

const newKey = (by: Person, name: string, more: object = {}): Promise<CreatedKey> =>
  createApiKey(by.browser, { projectId, name, permissions: ['traces.read'], ...more });

/** As when a key had been made, used or rotated so many days ago, or ended in so many; null: never. */
const since = ({ apiKey }: CreatedKey, column: string, days: number | null): Promise<unknown> =>
  app.database.query(`update api_keys set ${column} = now() - $2 * interval '1 day' where id = $1`, [apiKey.id, days]);

const rotateKey = async ({ apiKey }: CreatedKey): Promise<CreatedKey> =>
  dataOf(await owner.browser.graphql<{ rotateApiKey: CreatedKey }>(rotate, { input: { apiKeyId: apiKey.id } }))
    .rotateApiKey;

interface Stale {
  readonly apiKey: { readonly name: string; readonly serviceAccount: object | null };
  readonly reasons: readonly string[];
  readonly rotationDueAt: string | null;
}
interface Page {
  readonly nodes: readonly Stale[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}

const fields = `staleApiKeys(first: $first, after: $after) {
  nodes { apiKey { name serviceAccount { name } } reasons rotationDueAt } pageInfo { hasNextPage endCursor } totalCount
}`;

function staleOf(
  client: HttpClient,
  place: 'project' | 'organization',
  page: { readonly first?: number; readonly after?: string | null } = {},
): Promise<GraphqlAnswer<Record<typeof place, { readonly staleApiKeys: Page }>>> {
  const id = place === 'project' ? projectId : organizationId;
  return client.graphql(`query ($id: ID!, $first: Int, $after: String) { ${place}(id: $id) { ${fields} } }`, {
    id,
    ...page,
  });
}

/** The reasons by the names of the keys, in the project. */
async function reasons(client: HttpClient = owner.browser): Promise<Record<string, readonly string[]>> {
  const { nodes } = dataOf(await staleOf(client, 'project')).project.staleApiKeys;
  return Object.fromEntries(nodes.map((stale) => [stale.apiKey.name, stale.reasons]));
}

describe('the keys that are worth a look', () => {
  it('are those in use that are unused, due to be rotated, about to end, or used though they have a successor', async () => {
    const made = async (name: string, created: number, used: number | null, more: object = {}): Promise<CreatedKey> => {
      const key = await newKey(owner, name, more);
      await since(key, 'created_at', created);
      await since(key, 'last_used_at', used);
      return key;
    };
    const inDays = (days: number) => ({ expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() });
    await made('fresh', 1, null);
    await made('in use', 89.9, 89.9);
    await made('old', 90.1, 1);
    await made('forgotten', 90.1, null);
    await made('unused', 200, 90.1);
    await made('ending', 20, 1, inDays(13.9));
    await made('not ending yet', 20, 1, inDays(14.1));
    const [changed, unchanged] = [await made('changed over', 200, 3), await made('not changed over', 200, 3)];
    for (const key of [changed, unchanged]) {
      await rotateKey(key);
      await since(key, 'rotated_at', 2);
    }
    await since(unchanged, 'last_used_at', 1);
    const [revoked, expired] = [await made('revoked', 200, null), await made('expired', 200, null)];
    dataOf(await owner.browser.graphql(revoke, { input: { apiKeyId: revoked.apiKey.id } }));
    await since(expired, 'expires_at', 0.1);

    expect(await reasons()).toEqual({
      old: ['ROTATION_DUE'],
      forgotten: ['NEVER_USED', 'ROTATION_DUE'],
      unused: ['UNUSED', 'ROTATION_DUE'],
      ending: ['EXPIRES_SOON'],
      'not changed over': ['PREDECESSOR_STILL_USED'],
    });
  });

  it('are not due to be rotated where API_KEY_ROTATION_DAYS is 0', async () => {
    const [old, unused] = [await newKey(owner, 'old'), await newKey(owner, 'unused')];
    for (const key of [old, unused]) await since(key, 'created_at', 4_000);
    await since(old, 'last_used_at', 1);
    expect(await reasons(lenient.admin())).toEqual({ unused: ['NEVER_USED'] });
    const { nodes } = dataOf(await staleOf(lenient.admin(), 'project')).project.staleApiKeys;
    expect(nodes.map(({ rotationDueAt }) => rotationDueAt)).toEqual([null]);
  });

  it('are shown page by page, however many there are in as many statements', async () => {
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read'] });
    for (let made = 0; made < 7; made += 1) {
      const key = await newKey(owner, `key ${made}`, made % 2 === 0 ? { serviceAccountId: account.id } : {});
      await since(key, 'created_at', 100);
    }
    const counted = (first: number) => countStatements(app, () => staleOf(owner.browser, 'project', { first }));
    expect(await counted(7)).toBe(await counted(2));

    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Page = dataOf(await staleOf(owner.browser, 'project', { first: 3, after })).project.staleApiKeys;
      expect(page.totalCount).toBe(7);
      seen.push(...page.nodes.map(({ apiKey }) => apiKey.name));
      [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
    }
    expect(seen.sort()).toEqual(Array.from({ length: 7 }, (_, made) => `key ${made}`));
  });

  it('are those of the place alone, for those who may read its keys', async () => {
    const wide = await createApiKey(owner.browser, { organizationId, name: 'wide', permissions: ['traces.read'] });
    const elsewhere = (await createProject(owner.browser, organizationId)).id;
    const keys = [await newKey(owner, 'own'), await newKey(owner, 'other', { projectId: elsewhere }), wide];
    for (const key of keys) await since(key, 'created_at', 100);
    expect(Object.keys(await reasons())).toEqual(['own']);
    const { nodes } = dataOf(await staleOf(owner.browser, 'organization')).organization.staleApiKeys;
    expect(nodes.map(({ apiKey }) => apiKey.name)).toEqual(['wide']);

    const viewer = await createPerson(app);
    await addMember(app, organizationId, viewer, 'VIEWER');
    expect(codesOf(await staleOf(viewer.browser, 'project'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await staleOf(viewer.browser, 'organization'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await staleOf((await createPerson(app)).browser, 'project'))).toEqual(['NOT_FOUND']);
  });
});

describe('reminders of keys', () => {
  const remind = ({ nest }: TestApp = app): Promise<void> => nest.get(KeyReminders, { strict: false }).remindOfDue();
  const mailTo = (person: Person): Promise<Mail> => sink.next(({ to }) => to.includes(person.email));

  /** Whoever got a mail so far, once all that were asked for are delivered. */
  async function receivers(): Promise<string[]> {
    await drained();
    return sink.messages.flatMap(({ to }) => to).sort();
  }

  async function drained(): Promise<void> {
    for (let waited = 0; waited < 100; waited += 1) {
      const { rows } = await app.database.query(`select from graphile_worker.jobs where task_identifier = 'mail.send'`);
      if (rows.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('mails are waiting still');
  }

  const quarterLater = (days: number) =>
    app.database.query(`update api_key_reminders set told_at = told_at - $1 * interval '1 day'`, [days]);

  it('go once a quarter to whoever made keys, all in one mail, from whichever process is first', async () => {
    const [first, second, young, rotated] = [
      await newKey(maker, 'Nightly export'),
      await newKey(maker, 'evil.example'),
      await newKey(maker, 'young'),
      await newKey(maker, 'rotated'),
    ];
    await remind();
    expect(await receivers()).toEqual([]);
    for (const key of [first, rotated]) await since(key, 'created_at', 91);
    await since(second, 'created_at', 80);
    await since(young, 'created_at', 70);
    await rotateKey(rotated);

    await Promise.all([remind(), remind(other), remind(other), remind()]);
    const { subject, text } = await mailTo(maker);
    expect(subject).toBe('2 API keys of Acme need your attention');
    expect(text).toMatch(`Nightly export (${first.publicKey}; project Chatbot) has been due for rotation since `);
    // What is due soon is told along; a name is no link.
    expect(text).toMatch(/evil\.\u2060example \(pk-gh-\w+; project Chatbot\) is due for rotation on /);
    expect(text).not.toMatch(young.publicKey);
    for (const { secretKey } of [first, second]) expect(text).not.toMatch(secretKey);
    expect(await receivers()).toEqual([maker.email]);
    const { rows } = await app.database.query(
      `select actor_kind, after from audit_events where chain_id = $1 and action = 'apiKey.reminded'`,
      [organizationId],
    );
    expect(rows).toEqual([{ actor_kind: 'system', after: { publicKeys: [first.publicKey, second.publicKey].sort() } }]);

    await quarterLater(89.9);
    await remind();
    expect(await receivers()).toEqual([maker.email]);
    await quarterLater(0.2);
    await Promise.all([remind(), remind(other)]);
    expect(await receivers()).toEqual([maker.email, maker.email]);
  });

  it('go to the owners for keys of service accounts, and of who is gone, deactivated or a key', async () => {
    const { id: serviceAccountId } = await createAccount(maker.browser, {
      projectId,
      name: 'CI',
      permissions: ['apiKeys.manage', 'traces.read'],
    });
    const gone = await createPerson(app);
    await addMember(app, organizationId, gone, 'ADMIN');
    const permissions = ['apiKeys.manage', 'traces.read'];
    const ofAccount = await newKey(gone, 'of the account', { serviceAccountId, permissions });
    const program = app.browser({ bearer: ofAccount.secretKey });
    const present = await createPerson(app);
    await addMember(app, organizationId, present, 'ADMIN');
    const keys = [
      ofAccount,
      await newKey(present, 'of the account too', { serviceAccountId }),
      await createApiKey(program, { projectId, name: 'of a key', permissions: ['traces.read'] }),
      await newKey(owner, 'the owner’s own'),
      await newKey(maker, 'of whoever was deactivated'),
    ];
    await removeMember(owner, organizationId, gone.id);
    await app.database.query('update users set deactivated_at = now() where id = $1', [maker.id]);
    for (const key of keys) await since(key, 'created_at', 91);
    await remind();
    const [ofOwner, ofCoOwner] = [await mailTo(owner), await mailTo(coOwner)];
    expect(await receivers()).toEqual([coOwner.email, owner.email].sort());
    expect([ofOwner.subject, ofCoOwner.subject]).toEqual([
      '5 API keys of Acme need your attention',
      '4 API keys of Acme need your attention',
    ]);
    expect(ofCoOwner.text).toMatch(`of the account (${ofAccount.publicKey}; service account CI, project Chatbot)`);
    expect(ofCoOwner.text).not.toMatch('the owner’s own');
  });

  it('come 14 and 3 days before a key ends by itself, but not of one whose life is that short', async () => {
    const endsAt = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    const key = await newKey(maker, 'Trial', { expiresAt: endsAt(30) });
    const short = await newKey(maker, 'short', { expiresAt: endsAt(2) });
    const week = await newKey(maker, 'week', { expiresAt: endsAt(7) });
    /** The same life, so many days before its end. */
    const left = ({ apiKey }: CreatedKey, days: number) =>
      app.database.query(
        `update api_keys set created_at = created_at - (expires_at - ends.at), expires_at = ends.at
         from (select now() + $2 * interval '1 day' as at) ends where id = $1`,
        [apiKey.id, days],
      );
    const steps: [CreatedKey, number, number][] = [
      [key, 14.1, 0],
      [key, 13.9, 1],
      [key, 3.1, 1],
      [key, 2.9, 2],
      [key, 0.1, 2],
      [key, -0.1, 2],
      [week, 3.1, 2],
      [week, 2.9, 3],
      [short, 0.1, 3],
    ];
    for (const [of, days, told] of steps) {
      await left(of, days);
      await Promise.all([remind(), remind(other)]);
      expect([of.publicKey, days, (await receivers()).length]).toEqual([of.publicKey, days, told]);
    }
    expect((await mailTo(maker)).text).toMatch(`Trial (${key.publicKey}; project Chatbot) ends on `);
    expect(new Set(await receivers())).toEqual(new Set([maker.email]));
  });

  it('say nothing of rotation where API_KEY_ROTATION_DAYS is 0, and of an end all the same', async () => {
    await since(await newKey(maker, 'old'), 'created_at', 4_000);
    await remind(lenient);
    expect(await receivers()).toEqual([]);
    const ending = await newKey(maker, 'ending', { expiresAt: new Date(Date.now() + 86_400_000).toISOString() });
    await since(ending, 'created_at', 100);
    await remind(lenient);
    expect((await mailTo(maker)).subject).toBe('An API key of Acme needs your attention');
  });

  it('are remembered only if their mails are, and one organization that can’t be told keeps none from it', async () => {
    const neighbour = await createPerson(app);
    const theirs = (await createOrganization(neighbour, 'Neighbour')).id;
    const key = await createApiKey(neighbour.browser, { organizationId: theirs, permissions: ['traces.read'] });
    for (const due of [key, await newKey(maker, 'old')]) await since(due, 'created_at', 91);
    await app.database.query(`
      create function refuse_acme() returns trigger language plpgsql as $$
        begin if new.chain_id = '${organizationId}' then raise 'the trail is full'; end if; return new; end $$;
      create trigger refuse_acme before insert on audit_events for each row execute function refuse_acme();`);
    await remind().finally(() =>
      app.database.query('drop trigger refuse_acme on audit_events; drop function refuse_acme'),
    );
    expect(await receivers()).toEqual([neighbour.email]);
    await remind();
    expect(await receivers()).toEqual([maker.email, neighbour.email].sort());
  });
});
