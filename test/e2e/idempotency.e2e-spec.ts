import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { organizationWillGo } from '../../src/organizations/organization.service.js';
import { DomainEvents } from '../../src/platform/events/domain-events.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

describe('a mutation with an idempotencyKey', () => {
  let app: TestApp;
  let owner: Person;
  let acme: { id: string };

  beforeAll(async () => {
    app = await startTestApp();
    owner = await createPerson(app);
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
  });
  afterAll(() => app.stop());

  interface Outcome {
    readonly data: Record<string, Record<string, unknown>> | null;
    readonly code: string | undefined;
    readonly requestId: string;
  }

  async function mutate(by: HttpClient, name: string, selection: string, input: object): Promise<Outcome> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const requestId = randomUUID();
    const { data, errors } = await by.graphql<Record<string, Record<string, unknown>>>(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
      { input },
      { headers: { 'x-request-id': requestId } },
    );
    return { data, code: errors[0]?.extensions.code, requestId };
  }

  const createProject = (by: HttpClient, input: object) =>
    mutate(by, 'createProject', 'project { id name slug createdAt }', { organizationId: acme.id, ...input });

  const projects = async () => {
    const { rows } = await app.database.query<{ name: string }>(
      'select name from projects where organization_id = $1 order by name',
      [acme.id],
    );
    return rows.map(({ name }) => name);
  };
  const storedFor = async (key: string) =>
    (await app.database.query<object>('select * from idempotency_keys where key = $1', [key])).rows;

  it('is made once, however often and by however many at once it is repeated, and answers all alike', async () => {
    const input = { name: 'Chat', idempotencyKey: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => createProject(owner.browser, input)));
    const [first] = answers;
    expect(first?.data?.createProject).toMatchObject({ project: { name: 'Chat' } });
    for (const { data } of answers) expect(data).toEqual(first?.data);
    expect(await projects()).toEqual(['Chat']);
    const trails = await Promise.all(answers.map(({ requestId }) => trailOfRequest(app, requestId)));
    expect(trails.flat().map(({ action }) => action)).toEqual(['project.created']);
  });

  it('is the same call in another order of fields, and may ask for other fields of the answer', async () => {
    const idempotencyKey = randomUUID();
    const first = await createProject(owner.browser, { name: 'Chat', slug: 'chat', idempotencyKey });
    const again = await mutate(owner.browser, 'createProject', 'project { name organization { id } }', {
      idempotencyKey,
      slug: 'chat',
      organizationId: acme.id,
      name: 'Chat',
    });
    expect(first.data?.createProject).toMatchObject({ project: { slug: 'chat' } });
    expect(again.data).toEqual({ createProject: { project: { name: 'Chat', organization: { id: acme.id } } } });
  });

  it('keeps text as it is, though it may look like an instant', async () => {
    const input = { name: '2024-02-29T12:00:00.000Z', idempotencyKey: randomUUID() };
    const [first, second] = [await createProject(owner.browser, input), await createProject(owner.browser, input)];
    expect(first.data?.createProject).toMatchObject({ project: { name: input.name } });
    expect(second.data).toEqual(first.data);
  });

  it('is CONFLICT with another input or another operation under the same key, and changes nothing', async () => {
    const idempotencyKey = randomUUID();
    const first = await createProject(owner.browser, { name: 'Chat', idempotencyKey });
    for (const other of [
      await createProject(owner.browser, { name: 'Other', idempotencyKey }),
      await createProject(owner.browser, { name: 'Chat', slug: 'chat', idempotencyKey }),
      await mutate(owner.browser, 'addDomain', 'domain { id }', {
        organizationId: acme.id,
        name: 'a.test',
        idempotencyKey,
      }),
      await mutate(owner.browser, 'deleteOrganization', 'organization { id }', {
        organizationId: acme.id,
        idempotencyKey,
      }),
    ]) {
      expect(other).toMatchObject({ data: null, code: 'CONFLICT' });
      expect(await trailOfRequest(app, other.requestId)).toEqual([]);
    }
    expect(await projects()).toEqual(['Chat']);
    expect((await createProject(owner.browser, { name: 'Chat', idempotencyKey })).data).toEqual(first.data);
  });

  it('is another’s call under the same key of another caller: a person, a colleague, ADMIN_API_KEY', async () => {
    const admin = await createPerson(app);
    await addMember(app, acme.id, admin, 'ADMIN');
    const idempotencyKey = randomUUID();
    for (const [by, name] of [
      [owner.browser, 'A'],
      [admin.browser, 'B'],
      [app.admin(), 'C'],
    ] as const) {
      expect((await createProject(by, { name, idempotencyKey })).data?.createProject).toMatchObject({
        project: { name },
      });
    }
    expect(await projects()).toEqual(['A', 'B', 'C']);
  });

  it('does not use its key up when it is refused: the same call succeeds once the cause is gone', async () => {
    const { data } = await createProject(owner.browser, { name: 'First', slug: 'taken' });
    const input = { name: 'Second', slug: 'taken', idempotencyKey: randomUUID() };
    for (let n = 0; n < 2; n += 1) expect((await createProject(owner.browser, input)).code).toBe('CONFLICT');
    expect(await storedFor(input.idempotencyKey)).toEqual([]);

    const projectId = (data?.createProject?.project as { id: string }).id;
    await mutate(owner.browser, 'deleteProject', 'project { id }', { projectId, confirmation: 'taken' });
    expect((await createProject(owner.browser, input)).data?.createProject).toMatchObject({
      project: { name: 'Second' },
    });
    expect(await projects()).toEqual(['Second']);
  });

  it('leaves a refusal on the trail, though its own transaction is rolled back with all that it had done', async () => {
    const input = { organizationId: acme.id, userId: owner.id, idempotencyKey: randomUUID() };
    const before = await actionsOf(app, acme.id);
    const refused = await mutate(owner.browser, 'removeMember', 'member { role }', input);
    expect(refused.code).toBe('LAST_OWNER');
    expect(await trailOfRequest(app, refused.requestId)).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        outcome: 'REFUSED',
        after: expect.objectContaining({ code: 'LAST_OWNER' }),
      }),
    ]);
    expect(await actionsOf(app, acme.id)).toEqual([...before, 'operation.refused']);
    const { rows } = await app.database.query('select role from memberships where organization_id = $1', [acme.id]);
    expect([rows, await storedFor(input.idempotencyKey)]).toEqual([[{ role: 'OWNER' }], []]);
  });

  it('is refused to each of many at once, every time on the trail, and keeps nobody waiting', async () => {
    const input = { organizationId: acme.id, userId: owner.id, idempotencyKey: randomUUID() };
    const attempts = Array.from({ length: 20 }, () => mutate(owner.browser, 'removeMember', 'member { role }', input));
    const outcomes = await Promise.all(attempts);
    expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 'LAST_OWNER'));
    const trails = await Promise.all(outcomes.map(({ requestId }) => trailOfRequest(app, requestId)));
    expect(trails.map((trail) => trail.length)).toEqual(outcomes.map(() => 1));
  });

  it('leaves nothing when something fails after its change: no change, no event, no key', async () => {
    const { id } = await createOrganization(owner, 'Doomed');
    let fails = true;
    app.nest.get(DomainEvents, { strict: false }).on(organizationWillGo, async (tx, { organizationId }) => {
      await tx.query('update organizations set name = $2 where id = $1', [organizationId, 'changed']);
      if (fails && organizationId === id) throw new Error('a failure of our own');
    });
    const input = { organizationId: id, confirmation: 'Doomed', idempotencyKey: randomUUID() };
    const trail = await actionsOf(app, id);
    const failed = await mutate(owner.browser, 'deleteOrganization', 'organization { id }', input);
    expect(failed.code).toBe('INTERNAL');
    const { rows } = await app.database.query('select name from organizations where id = $1', [id]);
    expect([rows, await storedFor(input.idempotencyKey), await actionsOf(app, id)]).toEqual([
      [{ name: 'Doomed' }],
      [],
      trail,
    ]);

    fails = false;
    const done = await mutate(owner.browser, 'deleteOrganization', 'organization { id }', input);
    expect(done.data).toEqual({ deleteOrganization: { organization: { id } } });
    expect(await actionsOf(app, id)).toEqual([...trail, 'organization.deleted']);
  });

  it('shows what is shown once to the first caller alone, and does not keep it', async () => {
    const { data } = await createProject(owner.browser, { name: 'Chat' });
    const projectId = (data?.createProject?.project as { id: string }).id;
    const input = { projectId, name: 'Backend', idempotencyKey: randomUUID() };
    const create = () => mutate(owner.browser, 'createApiKey', 'apiKey { id } publicKey secretKey', input);
    const all = (await Promise.all([create(), create(), create()])).map((outcome) => outcome.data?.createApiKey);
    const secrets = all.flatMap((made) => (typeof made?.secretKey === 'string' ? [made.secretKey] : []));
    expect(secrets).toEqual([expect.stringMatching(/^sk-gh-/)]);
    expect(all).toEqual(all.map((made) => ({ ...all[0], secretKey: made?.secretKey })));

    const stored = JSON.stringify(await storedFor(input.idempotencyKey));
    expect(stored).toContain(`"publicKey":${JSON.stringify(all[0]?.publicKey)},"secretKey":null`);
    expect(stored).not.toContain(secrets[0]);
  });

  it('asks anew who may see what lies beneath its answer: a former member is shown none of it', async () => {
    const admin = await createPerson(app);
    await addMember(app, acme.id, admin, 'ADMIN');
    const input = { organizationId: acme.id, name: 'Chat', idempotencyKey: randomUUID() };
    const create = () => mutate(admin.browser, 'createProject', 'project { apiKeys { totalCount } }', input);
    expect((await create()).data).toEqual({ createProject: { project: { apiKeys: { totalCount: 0 } } } });
    await app.database.query('delete from memberships where user_id = $1', [admin.id]);
    expect(await create()).toMatchObject({ data: null, code: 'NOT_FOUND' });
    expect(await projects()).toEqual(['Chat']);
  });

  it('has a key of 1 to 200 characters, or none', async () => {
    for (const idempotencyKey of ['', 'k'.repeat(201), Array.from({ length: 400 }, () => randomUUID()).join('')]) {
      expect(await createProject(owner.browser, { name: 'Chat', idempotencyKey })).toMatchObject({
        code: 'VALIDATION_FAILED',
      });
    }
    for (const idempotencyKey of [null, randomUUID().padEnd(200, '–')]) {
      expect((await createProject(owner.browser, { name: 'Chat', idempotencyKey })).code).toBeUndefined();
    }
    expect(await projects()).toEqual(['Chat', 'Chat']);
  });
});
