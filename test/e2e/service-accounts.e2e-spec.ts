import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { ServiceAccountOwnership } from '../../src/api-keys/service-accounts/service-account-ownership.service.js';
import { serviceAccountChanged } from '../../src/api-keys/service-accounts/service-account.service.js';
import { DomainEvents } from '../../src/platform/events/domain-events.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { leaveOrganization, removeMember } from '../support/members.js';
import { askForApiKey, codesOf, createApiKey, createProject, dataOf, type CreatedKey } from '../support/projects.js';
import type { GraphqlAnswer, HttpClient } from '../support/servers/http-client.js';
import { askOfAccount, createAccount, setPermissions, type Account } from '../support/service-accounts.js';
import { countStatements } from '../support/statements.js';
import { trailOfRequest } from '../support/trail.js';
import { withinASecond } from '../support/within-a-second.js';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let owner: Person;
let admin: Person;
let member: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ DATABASE_URL: app.databaseUrl, ENCRYPTION_KEY: app.encryptionKey });
  owner = await createPerson(app);
  organizationId = (await createOrganization(owner)).id;
  [admin, member] = [await createMember('ADMIN'), await createMember('MEMBER')];
  projectId = (await createProject(owner.browser, organizationId)).id;
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

async function createMember(role: 'ADMIN' | 'MEMBER'): Promise<Person> {
  const person = await createPerson(app);
  await addMember(app, organizationId, person, role);
  return person;
}

interface Verdict {
  readonly valid: boolean;
  readonly permissions: readonly string[];
}

const verify = async ({ secretKey }: CreatedKey, at = app): Promise<Verdict> =>
  (await at.browser({ origin: null, bearer: secretKey }).postJson('/api/keys/verify', {})).json();

const goodOf = async (keys: readonly CreatedKey[]): Promise<boolean[]> =>
  (await Promise.all(keys.map((key) => verify(key)))).map(({ valid }) => valid);

const as = ({ secretKey }: CreatedKey): HttpClient => app.browser({ bearer: secretKey });

const rotate = (client: HttpClient, { apiKey }: CreatedKey): Promise<GraphqlAnswer<{ rotateApiKey: CreatedKey }>> =>
  client.graphql(
    `mutation ($input: RotateApiKeyInput!) {
      rotateApiKey(input: $input) { apiKey { id permissions serviceAccount { id } } publicKey secretKey }
    }`,
    { input: { apiKeyId: apiKey.id } },
  );

const idsOf = (list: { readonly nodes: readonly { readonly id: string }[] }): string[] =>
  list.nodes.map(({ id }) => id);

describe('a service account', () => {
  it('is made for a project or for the organization, is listed there with its keys, and is on the trail', async () => {
    const requestId = randomUUID();
    const input = { projectId, name: 'CI', description: 'Runs the tests', permissions: ['traces.read'] };
    const made = dataOf(await askOfAccount(admin.browser, 'create', input, requestId)).createServiceAccount
      .serviceAccount;
    const wide = await createAccount(owner.browser, { organizationId, permissions: ['members.read', 'traces.read'] });
    const { projectId: _, ...told } = input;
    expect(made).toEqual({ id: expect.any(String), ...told });
    expect(await trailOfRequest(app, requestId)).toMatchObject([
      { action: 'serviceAccount.created', resource_id: made.id, project_id: projectId, after: told },
    ]);

    const keyRequest = randomUUID();
    const [key, ofWide] = [
      await createApiKey(owner.browser, { projectId, serviceAccountId: made.id }),
      await createApiKey(owner.browser, { organizationId, serviceAccountId: wide.id, permissions: ['members.read'] }),
    ];
    const personal = await createApiKey(owner.browser, { projectId });
    const rotated = await owner.browser.graphql<{ rotateApiKey: CreatedKey }>(
      'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { id } publicKey secretKey } }',
      { input: { apiKeyId: key.apiKey.id } },
      { headers: { 'x-request-id': keyRequest } },
    );
    const successor = dataOf(rotated).rotateApiKey;
    expect(await trailOfRequest(app, keyRequest)).toMatchObject([
      { action: 'apiKey.created', after: { serviceAccountId: made.id } },
      { action: 'apiKey.rotated' },
    ]);

    const { data } = await owner.browser.graphql<Lists>(lists, { organizationId, projectId });
    expect(idsOf(data!.project.serviceAccounts)).toContain(made.id);
    expect(idsOf(data!.project.serviceAccounts)).not.toContain(wide.id);
    expect(idsOf(data!.organization.serviceAccounts)).toEqual([wide.id]);
    const ofMade = data!.project.serviceAccounts.nodes.find(({ id }) => id === made.id)!;
    expect(idsOf(ofMade.apiKeys).sort()).toEqual([key.apiKey.id, successor.apiKey.id].sort());
    expect(idsOf(data!.organization.serviceAccounts.nodes[0]!.apiKeys)).toEqual([ofWide.apiKey.id]);
    const owners = new Map(data!.project.apiKeys.nodes.map(({ id, serviceAccount }) => [id, serviceAccount]));
    expect(owners.get(key.apiKey.id)).toEqual({ id: made.id, name: 'CI' });
    expect(owners.get(personal.apiKey.id)).toBeNull();
  });

  interface Listed {
    readonly id: string;
    readonly apiKeys: { readonly nodes: readonly { readonly id: string }[] };
  }
  interface Lists {
    readonly organization: { readonly serviceAccounts: { readonly nodes: readonly Listed[] } };
    readonly project: {
      readonly serviceAccounts: { readonly nodes: readonly Listed[] };
      readonly apiKeys: {
        readonly nodes: readonly { readonly id: string; readonly serviceAccount: object | null }[];
      };
    };
  }
  const lists = `query ($organizationId: ID!, $projectId: ID!) {
    organization(id: $organizationId) { serviceAccounts { nodes { id apiKeys { nodes { id } } } } }
    project(id: $projectId) {
      serviceAccounts { nodes { id apiKeys { nodes { id } } } }
      apiKeys(first: 100) { nodes { id serviceAccount { id name } } }
    }
  }`;

  it('is read for a whole page of keys at once', async () => {
    const project = (await createProject(owner.browser, organizationId, 'Many')).id;
    const query = `query ($id: ID!) { project(id: $id) { apiKeys(first: 100) { nodes { serviceAccount { name } } } } }`;
    const add = async (): Promise<void> => {
      const { id: serviceAccountId } = await createAccount(owner.browser, { projectId: project, permissions: [] });
      await createApiKey(owner.browser, { projectId: project, serviceAccountId, permissions: [] });
    };
    await add();
    const counted = () => countStatements(app, () => owner.browser.graphql(query, { id: project }));
    const ofOne = await counted();
    for (let more = 0; more < 5; more += 1) await add();
    expect([ofOne > 2, await counted()]).toEqual([true, ofOne]);
  });

  it('keeps its keys when their maker is removed or leaves, and the keys that these have made', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const account = await createAccount(owner.browser, { projectId, permissions });
    for (const end of [
      (leaver: Person) => removeMember(owner, organizationId, leaver.id),
      (leaver: Person) => leaveOrganization(leaver, organizationId),
    ]) {
      const leaver = await createMember('ADMIN');
      const [kept, own] = [
        await createApiKey(leaver.browser, { projectId, permissions, serviceAccountId: account.id }),
        await createApiKey(leaver.browser, { projectId, permissions }),
      ];
      const made = await createApiKey(as(kept), { projectId, permissions: ['traces.read'] });
      // A key that goes may have made one for the account.
      const keptToo = await createApiKey(as(own), { projectId, serviceAccountId: account.id });
      const next = dataOf(await rotate(leaver.browser, kept)).rotateApiKey;
      await end(leaver);
      expect(await goodOf([kept, made, keptToo, next, own])).toEqual([true, true, true, true, false]);
    }
  });

  it('is managed by those who manage keys in its scope, and strangers learn nothing', async () => {
    const ofProject = await createAccount(admin.browser, { projectId, permissions: [] });
    const ofOrganization = await createAccount(owner.browser, { organizationId, permissions: [] });
    const stranger = await createPerson(app);
    await createOrganization(stranger);
    const outcome = async (person: Person, { id: serviceAccountId }: Account): Promise<string> =>
      codesOf(await askOfAccount(person.browser, 'update', { serviceAccountId, name: 'Renamed' }))[0] ?? 'ok';
    const people = [owner, admin, member, stranger];
    expect(await Promise.all(people.map((person) => outcome(person, ofProject)))).toEqual([
      'ok',
      'ok',
      'FORBIDDEN',
      'NOT_FOUND',
    ]);
    expect(await Promise.all(people.map((person) => outcome(person, ofOrganization)))).toEqual([
      'ok',
      'FORBIDDEN',
      'FORBIDDEN',
      'NOT_FOUND',
    ]);
  });

  it('owns keys of its own scope alone, and any other is not there', async () => {
    const elsewhere = (await createProject(owner.browser, organizationId, 'Elsewhere')).id;
    const [ofProject, ofOrganization] = [
      await createAccount(owner.browser, { projectId, permissions: ['traces.read'] }),
      await createAccount(owner.browser, { organizationId, permissions: ['traces.read'] }),
    ];
    const stranger = await createPerson(app);
    const foreign = await createAccount(stranger.browser, {
      organizationId: (await createOrganization(stranger)).id,
      permissions: ['traces.read'],
    });
    const wrong = [
      { projectId: elsewhere, serviceAccountId: ofProject.id },
      { organizationId, serviceAccountId: ofProject.id },
      { projectId, serviceAccountId: ofOrganization.id },
      { organizationId, serviceAccountId: foreign.id },
      { projectId, serviceAccountId: 'none' },
    ];
    const answers = [];
    for (const input of wrong) answers.push(await askForApiKey(owner.browser, input));
    expect(answers.map(({ errors }) => errors.map(({ message }) => message))).toEqual(
      wrong.map(() => ['There is no such thing, or you may not see it.']),
    );
    expect(answers.map(codesOf)).toEqual(wrong.map(() => ['NOT_FOUND']));
  });
});

describe('what a service account may do', () => {
  it('is at most what its maker holds', async () => {
    const outcome = async (client: HttpClient, input: object): Promise<string> =>
      codesOf(await askOfAccount(client, 'create', { name: 'CI', ...input }))[0] ?? 'ok';
    const permissions = ['apiKeys.manage', 'traces.read'];
    const key = as(await createApiKey(owner.browser, { projectId, permissions }));
    expect(await outcome(key, { projectId, permissions })).toBe('ok');
    expect(await outcome(key, { projectId, permissions: ['traces.create'] })).toBe('CANNOT_GRANT');
    expect(await outcome(owner.browser, { projectId, permissions: ['members.raed'] })).toBe('VALIDATION_FAILED');
    expect(await outcome(owner.browser, { projectId, permissions: ['audit.read'] })).toBe('CANNOT_GRANT');
    expect(await outcome(app.admin(), { projectId, permissions: ['audit.read'] })).toBe('VALIDATION_FAILED');
  });

  it('is given more by those who hold that, and less by whoever manages it', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const key = as(await createApiKey(owner.browser, { projectId, permissions }));
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.create', 'prompts.manage'] });
    const { id: serviceAccountId } = account;
    const beyond = ['traces.create', 'prompts.manage', 'members.read'];
    expect(codesOf(await askOfAccount(key, 'update', { serviceAccountId, permissions: beyond }))).toEqual([
      'CANNOT_GRANT',
    ]);
    expect((await setPermissions(key, account, ['traces.create', 'traces.read'])).permissions).toEqual([
      'traces.create',
      'traces.read',
    ]);
    expect((await setPermissions(key, account, [])).permissions).toEqual([]);
    // Who has taken it away cannot give it back.
    const back = { serviceAccountId, permissions: ['traces.create'] };
    expect(codesOf(await askOfAccount(key, 'update', back))).toEqual(['CANNOT_GRANT']);
  });

  it('is changed in what is given alone, and the trail tells before and after', async () => {
    const facts = { name: 'CI', description: 'Runs the tests', permissions: ['traces.read'] };
    const { id: serviceAccountId } = await createAccount(owner.browser, { projectId, ...facts });
    const change = async (input: object): Promise<unknown[]> => {
      const requestId = randomUUID();
      dataOf(await askOfAccount(admin.browser, 'update', { serviceAccountId, ...input }, requestId));
      return trailOfRequest(app, requestId);
    };
    const event = (before: object, after: object) => [
      { action: 'serviceAccount.updated', actor_id: admin.id, resource_id: serviceAccountId, before, after },
    ];
    expect(await change({ name: 'Tests' })).toMatchObject(event(facts, { ...facts, name: 'Tests' }));
    const bare = { ...facts, name: 'Tests', description: null };
    expect(await change({ description: '' })).toMatchObject(event({ ...bare, description: 'Runs the tests' }, bare));
    expect(await change({ permissions: [] })).toMatchObject(event(bare, { ...bare, permissions: [] }));
    expect(codesOf(await askOfAccount(admin.browser, 'update', { serviceAccountId }))).toEqual(['VALIDATION_FAILED']);
  });

  it('bounds a new key, which its maker must hold too', async () => {
    const account = await createAccount(owner.browser, {
      projectId,
      permissions: ['traces.read', 'prompts.manage', 'project.read'],
    });
    const { id: serviceAccountId } = account;
    expect((await createApiKey(owner.browser, { projectId, serviceAccountId })).apiKey.permissions).toEqual([
      'traces.read',
      'prompts.manage',
    ]);
    const more = await askForApiKey(owner.browser, { projectId, serviceAccountId, permissions: ['traces.create'] });
    expect([codesOf(more), more.errors[0]?.message]).toEqual([
      ['CANNOT_GRANT'],
      'A key cannot do more than its service account.',
    ]);

    const permissions = ['apiKeys.manage', 'traces.read'];
    const maker = as(await createApiKey(owner.browser, { projectId, permissions }));
    const strong = await askForApiKey(maker, { projectId, serviceAccountId, permissions: ['prompts.manage'] });
    expect(codesOf(strong)).toEqual(['CANNOT_GRANT']);
    expect((await createApiKey(maker, { projectId, serviceAccountId })).apiKey.permissions).toEqual(['traces.read']);
  });

  it('shrinks and grows each of its keys within a second, in every process', async () => {
    const all = ['traces.read', 'project.read', 'traces.create'];
    const account = await createAccount(owner.browser, { projectId, permissions: all });
    const key = await createApiKey(owner.browser, { projectId, serviceAccountId: account.id, permissions: all });
    const own = await createApiKey(owner.browser, { projectId, permissions: all });
    const seen = async (): Promise<unknown[]> => {
      const viewed = await as(key).graphql<{ project: object | null }>('query ($id: ID!) { project(id: $id) { id } }', {
        id: projectId,
      });
      const [here, there] = [await verify(key), await verify(key, other)];
      return [here.permissions, there.permissions, codesOf(viewed)];
    };
    const soon = async (expected: unknown[]): Promise<void> => {
      const told = JSON.stringify(expected);
      expect(await withinASecond(told, async () => JSON.stringify(await seen()))).toBe(told);
    };
    expect(await seen()).toEqual([all, all, []]);
    await setPermissions(owner.browser, account, ['traces.create', 'prompts.manage']);
    await soon([['traces.create'], ['traces.create'], ['FORBIDDEN']]);
    await setPermissions(owner.browser, account, []);
    await soon([[], [], ['NOT_FOUND']]);
    expect((await verify(own)).permissions).toEqual(all);
    await setPermissions(owner.browser, account, ['project.read']);
    await soon([['project.read'], ['project.read'], []]);
  });

  it('is told to whoever keeps what its keys may do, in the same commit', async () => {
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read', 'traces.create'] });
    const told: object[] = [];
    app.nest.get(DomainEvents, { strict: false }).on(serviceAccountChanged, async (tx, facts) => {
      const rows = await tx.query<unknown[]>('select permissions from service_accounts where id = $1', [account.id]);
      told.push({ ...facts, rows });
    });
    await setPermissions(owner.browser, account, ['traces.read']);
    dataOf(await askOfAccount(owner.browser, 'update', { serviceAccountId: account.id, name: 'Renamed' }));
    const permissions = ['traces.read'];
    expect(told).toEqual([{ organizationId, serviceAccountId: account.id, permissions, rows: [{ permissions }] }]);
    const ownership = app.nest.get(ServiceAccountOwnership, { strict: false });
    expect(await ownership.permissionsOf([account.id, 'none'])).toEqual(new Map([[account.id, permissions]]));
  });

  it('is explained of a key, and asked after by whoCan', async () => {
    const account = await createAccount(owner.browser, { projectId, name: 'Nightly', permissions: ['prompts.manage'] });
    const { apiKey } = await createApiKey(owner.browser, { projectId, serviceAccountId: account.id });
    const explained = async (permission: string): Promise<unknown> => {
      const answer = await owner.browser.graphql<{ explainAccess: { steps: object[]; remedy: string | null } }>(
        `query ($input: ExplainAccessInput!) {
          explainAccess(input: $input) { steps { kind passed explanation } remedy }
        }`,
        { input: { organizationId, projectId, apiKeyId: apiKey.id, permission } },
      );
      const { steps, remedy } = dataOf(answer).explainAccess;
      return [steps.slice(2), remedy];
    };
    const holding = async (): Promise<string[]> => {
      const query = `query ($organizationId: ID!, $projectId: ID!) {
        whoCan(organizationId: $organizationId, projectId: $projectId, permission: "prompts.manage") {
          keys(first: 100) { nodes { id serviceAccount { name } } }
        }
      }`;
      interface Answer {
        readonly whoCan: { keys: { nodes: { id: string; serviceAccount: { name: string } | null }[] } };
      }
      const { nodes } = dataOf(await owner.browser.graphql<Answer>(query, { organizationId, projectId })).whoCan.keys;
      return nodes.flatMap(({ id, serviceAccount }) => (id === apiKey.id ? [serviceAccount?.name ?? 'none'] : []));
    };
    const step = (passed: boolean, explanation: string, kind = 'SERVICE_ACCOUNT') => ({ kind, passed, explanation });
    const whose = 'The key is of the service account Nightly';
    expect(await explained('prompts.manage')).toEqual([
      [
        step(true, `${whose}, which has prompts.manage.`),
        step(true, 'The key has the permission prompts.manage.', 'KEY_PERMISSIONS'),
      ],
      null,
    ]);
    expect(await holding()).toEqual(['Nightly']);
    await setPermissions(owner.browser, account, ['traces.read']);
    expect(await explained('prompts.manage')).toEqual([
      [step(false, `${whose}, which lacks prompts.manage.`)],
      'Give the service account Nightly the permission prompts.manage.',
    ]);
    expect(await holding()).toEqual([]);
    expect(await explained('traces.read')).toEqual([
      [step(true, `${whose}.`), step(false, 'The key lacks the permission traces.read.', 'KEY_PERMISSIONS')],
      'Create a key that has the permission traces.read: what a key may do is never changed.',
    ]);
  });

  it('is what the successor of a key has at most, which stays the account’s', async () => {
    const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read', 'traces.create'] });
    const key = await createApiKey(owner.browser, { projectId, serviceAccountId: account.id });
    await setPermissions(owner.browser, account, ['traces.create']);
    const maker = as(await createApiKey(owner.browser, { projectId, permissions: ['apiKeys.manage', 'traces.read'] }));
    expect(codesOf(await rotate(maker, key))).toEqual(['CANNOT_GRANT']);
    const next = dataOf(await rotate(admin.browser, key)).rotateApiKey;
    expect(next.apiKey).toMatchObject({ permissions: ['traces.create'], serviceAccount: { id: account.id } });
  });
});

describe('deleting a service account', () => {
  it('revokes its keys and those that they have made, in the same commit', async () => {
    const permissions = ['apiKeys.manage', 'traces.read'];
    const account = await createAccount(owner.browser, { projectId, permissions });
    const input = { projectId, permissions, serviceAccountId: account.id };
    const [first, second, ended] = [
      await createApiKey(owner.browser, input),
      await createApiKey(owner.browser, input),
      await createApiKey(owner.browser, input),
    ];
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [ended.apiKey.id]);
    const made = await createApiKey(as(first), { projectId, permissions: ['traces.read'] });
    const untouched = await createApiKey(owner.browser, { projectId, permissions });
    const requestId = randomUUID();
    dataOf(await askOfAccount(admin.browser, 'delete', { serviceAccountId: account.id }, requestId));

    expect(await goodOf([first, second, made, untouched])).toEqual([false, false, false, true]);
    const trail = await trailOfRequest(app, requestId);
    expect(trail.map(({ action, after }) => [action, after?.reason])).toEqual([
      ...[1, 2, 3].map(() => ['apiKey.revoked', 'serviceAccountDeleted']),
      ['serviceAccount.deleted', undefined],
    ]);
    expect(trail.slice(0, 3).map(({ resource_id }) => resource_id)).toEqual(
      [first, second, made].map(({ apiKey }) => apiKey.id).sort(),
    );
    expect(codesOf(await askOfAccount(admin.browser, 'delete', { serviceAccountId: account.id }))).toEqual([
      'NOT_FOUND',
    ]);
    const { rows } = await app.database.query('select service_account_id as of from api_keys where id = $1', [
      first.apiKey.id,
    ]);
    expect(rows).toEqual([{ of: null }]);
  });

  it('leaves no key behind that is made or rotated at the same time, round after round', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      const account = await createAccount(owner.browser, { projectId, permissions: ['traces.read'] });
      // Named after it, since a key whose account is deleted is of none.
      const input = { projectId, serviceAccountId: account.id, name: account.id };
      const old = await createApiKey(owner.browser, input);
      // Now the one begins first and now the other, by nothing up to longer than either takes: so both come to win.
      const ahead = [0, 2, 8, 30, 250][round % 5];
      const [making, deleting] = round % 2 === 0 ? [ahead, 0] : [0, ahead];
      const [made, rotated] = await Promise.all([
        sleep(making).then(() => askForApiKey(admin.browser, input)),
        sleep(making).then(() => rotate(admin.browser, old)),
        sleep(deleting).then(() => askOfAccount(owner.browser, 'delete', { serviceAccountId: account.id })),
        sleep(making).then(() => askForApiKey(owner.browser, input)),
      ]);
      for (const answer of [made, rotated]) outcomes.add(codesOf(answer)[0] ?? 'ok');
      const { rows } = await app.database.query<{ dead: boolean }>(
        'select revoked_at is not null as dead from api_keys where name = $1',
        [account.id],
      );
      expect(new Set(rows.map(({ dead }) => dead))).toEqual(new Set([true]));
    }
    const expected = ['NOT_FOUND', 'PRECONDITION_FAILED', 'ok'];
    expect([...outcomes].filter((outcome) => !expected.includes(outcome))).toEqual([]);
    expect([...outcomes]).toEqual(expect.arrayContaining(['NOT_FOUND', 'ok']));
  });
});
