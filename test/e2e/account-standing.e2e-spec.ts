import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { mutate } from '../support/mutate.js';
import { createApiKey, createProject, type CreatedKey } from '../support/projects.js';
import { actionsOf, trailOfRequest } from '../support/trail.js';

const notThere = { code: 'NOT_FOUND', message: 'There is no such thing, or you may not see it.' };

describe('the account of a person', () => {
  let app: TestApp;
  let owner: Person;
  let mia: Person;
  let acme: { id: string };
  let key: CreatedKey;

  beforeAll(async () => {
    app = await startTestApp();
    owner = await createPerson(app);
  });
  beforeEach(async () => {
    acme = await createOrganization(owner);
    mia = await createPerson(app);
    await addMember(app, acme.id, mia, 'ADMIN');
    const { id: projectId } = await createProject(mia.browser, acme.id);
    key = await createApiKey(mia.browser, { projectId, permissions: ['traces.read'] });
  });
  afterAll(() => app.stop());

  const change = (name: string, userId: string, requestId?: string, by = app.admin()) =>
    mutate<{ user: { email: string; deactivated: boolean } }>(
      by,
      name,
      { userId },
      'user { id email deactivated }',
      requestId,
    );
  const isSignedIn = async ({ browser }: Person) => (await browser.get('/api/auth/session')).status === 200;
  const isGood = async ({ secretKey }: CreatedKey) =>
    (await app.browser({ bearer: secretKey }).postJson('/api/keys/verify', {})).status === 200;
  const rolesOf = async ({ id }: Person) =>
    (await app.database.query<{ role: string }>('select role from memberships where user_id = $1', [id])).rows.map(
      ({ role }) => role,
    );

  async function createAdministrator(): Promise<Person> {
    const person = await createPerson(app);
    await app.database.query('update users set instance_administrator = true where id = $1', [person.id]);
    return person;
  }

  it('that is deactivated has no session and no key, and keeps its memberships until it is activated', async () => {
    const [off, on] = [randomUUID(), randomUUID()];
    expect([await isSignedIn(mia), await isGood(key)]).toEqual([true, true]);
    const { user } = await change('deactivateUser', mia.id, off);
    expect(user).toMatchObject({ email: mia.email, deactivated: true });
    expect([await isSignedIn(mia), await isGood(key)]).toEqual([false, false]);
    expect(await rolesOf(mia)).toEqual(['ADMIN']);
    expect(
      (await trailOfRequest(app, off)).map(({ action, resource_id, after }) => [action, resource_id, after]),
    ).toEqual([
      ['user.deactivated', mia.id, { deactivated: true, byDirectory: false }],
      ['apiKey.revoked', key.apiKey.id, expect.objectContaining({ reason: 'creatorDeactivated' })],
    ]);

    expect((await change('activateUser', mia.id, on)).user).toMatchObject({ deactivated: false });
    expect([await isSignedIn(mia), await isGood(key), await rolesOf(mia)]).toEqual([false, false, ['ADMIN']]);
    expect((await trailOfRequest(app, on)).map(({ action }) => action)).toEqual(['user.activated']);
  });

  it('has no session back when it is activated that was opened while it was being deactivated', async () => {
    await change('deactivateUser', mia.id);
    await app.database.query(
      `insert into sessions (id, token_digest, user_id, method, idle_minutes, idle_expires_at, expires_at)
       values ($1, sha256('late'), $2, 'password', 60, now() + interval '1 hour', now() + interval '1 day')`,
      [randomUUID(), mia.id],
    );
    await change('activateUser', mia.id);
    const late = app.browser({ headers: { cookie: 'gatehouse=late' } });
    expect((await late.get('/api/auth/session')).status).toBe(401);
  });

  it('is left as it is when its person joins another organization at this very moment', async () => {
    const other = await createOrganization(owner, 'Other');
    const joining = await app.database.connect();
    try {
      await joining.query('begin');
      await joining.query(
        `insert into memberships (organization_id, user_id, role, source) values ($1, $2, 'MEMBER', 'INVITATION')`,
        [other.id, mia.id],
      );
      const deactivation = change('deactivateUser', mia.id);
      const told = deactivation.catch((error: unknown) => (error as { code: string }).code);
      await untilSomebodyWaits();
      await joining.query('commit');
      expect(await told).toBe('CONFLICT');
    } finally {
      joining.release();
    }
    expect(await isSignedIn(mia)).toBe(true);
    await change('deactivateUser', mia.id);
    expect(await isSignedIn(mia)).toBe(false);
  });

  async function untilSomebodyWaits(): Promise<void> {
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    while ((await app.database.query(waiting)).rows.length === 0) await setTimeout(10);
  }

  it('that is deactivated, or active, already stays as it is, with no event', async () => {
    await change('deactivateUser', mia.id);
    for (const name of ['deactivateUser', 'activateUser']) {
      const requestIds = [randomUUID(), randomUUID()];
      if (name === 'activateUser') await change(name, mia.id);
      for (const requestId of requestIds) await change(name, mia.id, requestId);
      expect(await trailOfRequest(app, requestIds[1]!)).toEqual([]);
    }
  });

  it('is shown as deactivated to those who read members, and found by the administrator by id and by email', async () => {
    await change('deactivateUser', mia.id);
    const { data } = await owner.browser.graphql<{ organization: { members: { nodes: unknown[] } } }>(
      'query ($id: ID) { organization(id: $id) { members { nodes { user { id deactivated } } } } }',
      { id: acme.id },
    );
    expect(data!.organization.members.nodes).toContainEqual({ user: { id: mia.id, deactivated: true } });

    const find = 'query ($id: ID, $email: String) { user(id: $id, email: $email) { id deactivated } }';
    for (const [variables, expected] of [
      [{ id: mia.id }, { id: mia.id, deactivated: true }],
      [{ email: ` ${mia.email.toUpperCase()}` }, { id: mia.id, deactivated: true }],
      [{ id: randomUUID() }, null],
      [{ email: 'nobody@example.test' }, null],
    ] as const)
      expect((await app.admin().graphql(find, variables)).data).toEqual({ user: expected });
    expect((await app.admin().graphql(find, {})).errors[0]?.extensions.code).toBe('VALIDATION_FAILED');
  });

  it('that is deleted takes memberships, sessions and keys along, and leaves the trail', async () => {
    await app.database.query(
      `insert into identities (id, user_id, source, issuer, subject) values ($1, $2, 'provider:okta', 'https://okta.test', 'mia')`,
      [randomUUID(), mia.id],
    );
    const other = await createOrganization(owner, 'Other');
    await addMember(app, other.id, mia, 'VIEWER');
    const requestId = randomUUID();
    expect((await change('deleteUser', mia.id, requestId)).user).toMatchObject({ email: mia.email });
    expect([await isSignedIn(mia), await isGood(key), await rolesOf(mia)]).toEqual([false, false, []]);

    const trail = await trailOfRequest(app, requestId);
    expect(trail.map(({ action }) => action).sort()).toEqual([
      'apiKey.revoked',
      'member.removed',
      'member.removed',
      'user.deleted',
    ]);
    expect(trail.at(-1)).toMatchObject({ action: 'user.deleted', resource_id: mia.id, before: { deactivated: false } });
    expect(await actionsOf(app, other.id)).toContain('member.removed');
    await expect(change('deleteUser', mia.id)).rejects.toMatchObject(notThere);
  });

  it('that is deleted is in no table any more but those that the documentation names', async () => {
    await change('deleteUser', mia.id);
    const { rows: columns } = await app.database.query<{ table: string }>(
      `select distinct table_name as "table" from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
       where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const holding: string[] = [];
    for (const { table } of columns) {
      const { rows } = await app.database.query(
        `select 1 from "${table}" t where position($1 in t::text) > 0 limit 1`,
        [mia.id],
      );
      if (rows.length > 0) holding.push(table);
    }
    expect(holding.sort()).toEqual(expect.arrayContaining(['api_keys', 'audit_events']));
    expect(holding.filter((table) => !/^(api_keys|audit_events(_\w+)?)$/.test(table))).toEqual([]);
  });

  it('is nobody’s to deactivate or delete who does not administer the instance, and not one’s own', async () => {
    const administrator = await createAdministrator();
    for (const name of ['deactivateUser', 'activateUser', 'deleteUser']) {
      await expect(change(name, mia.id, undefined, owner.browser)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(change(name, randomUUID())).rejects.toMatchObject(notThere);
      await expect(change(name, administrator.id, undefined, administrator.browser)).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
    }
    expect(await isSignedIn(mia)).toBe(true);
  });

  it('is changed on fresh proof alone', async () => {
    const administrator = await createAdministrator();
    await app.database.query(`update sessions set proven_at = now() - interval '11 minutes' where user_id = $1`, [
      administrator.id,
    ]);
    for (const name of ['deactivateUser', 'activateUser', 'deleteUser'])
      await expect(change(name, mia.id, undefined, administrator.browser)).rejects.toMatchObject({
        code: 'STEP_UP_REQUIRED',
      });
    expect(await isSignedIn(mia)).toBe(true);
  });

  it('of one of two administrators remains who deactivate each other at once, every time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [ada, eve] = [await createAdministrator(), await createAdministrator()];
      await Promise.allSettled([
        change('deactivateUser', eve.id, undefined, ada.browser),
        change('deactivateUser', ada.id, undefined, eve.browser),
      ]);
      const { rows } = await app.database.query('select 1 from users where id = any($1) and deactivated_at is null', [
        [ada.id, eve.id],
      ]);
      expect(rows).toHaveLength(1);
    }
  });
});
