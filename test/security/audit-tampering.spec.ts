import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { AuditEventEntity } from '../../src/audit/audit-event.entity.js';
import { chainStart, hashOf } from '../../src/audit/audit-hash.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createOrganization, createPerson, type Person } from '../support/factories.js';
import { inParallel } from '../support/in-parallel.js';

/** A row as a plain object. */
type EventRow = Pick<AuditEventEntity, keyof AuditEventEntity>;

interface Report {
  readonly intact: boolean;
  readonly events: number;
  readonly brokenAt: number | null;
}

const intact = (events: number): Report => ({ intact: true, events, brokenAt: null });

let app: TestApp;
let owner: Person;
/** Whose trail has seven events: the organization, its owner, and five changes of its name. */
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await createPerson(app);
});
beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  for (let n = 1; n <= 5; n += 1) await rename(`Name ${n}`);
});
afterAll(() => app.stop());

async function rename(name: string): Promise<void> {
  const mutation =
    'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }';
  const { errors } = await owner.browser.graphql(mutation, { input: { organizationId, name } });
  expect(errors).toEqual([]);
}

async function verify(period: { readonly from?: string; readonly to?: string } = {}): Promise<Report> {
  const query =
    'query ($id: ID!, $from: DateTime, $to: DateTime) { verifyAuditTrail(organizationId: $id, from: $from, to: $to) { intact events brokenAt } }';
  const { data, errors } = await owner.browser.graphql<{ verifyAuditTrail: Report }>(query, {
    id: organizationId,
    ...period,
  });
  if (!data) throw new Error(errors[0]?.extensions.code);
  return data.verifyAuditTrail;
}

/** What somebody can do who owns the database: the trigger is no obstacle to them. */
async function tamper(sql: string): Promise<void> {
  const here = sql.replaceAll('$trail', `chain_id = '${organizationId}'`).replaceAll('$id', `'${organizationId}'`);
  await app.database.query(
    `alter table audit_events disable trigger user; ${here}; alter table audit_events enable trigger user`,
  );
}

const copied =
  'actor_kind, actor_id, actor_label, action, resource_type, resource_id, project_id, before, after, outcome, ip, user_agent, request_id';

describe('151: the trail', () => {
  it.each([
    'update audit_events set action = action',
    "update audit_events set actor_label = 'nobody' where false",
    'delete from audit_events where sequence = 1',
    'delete from audit_events where false',
    'truncate audit_events',
    "insert into audit_events select * from audit_events limit 1 on conflict (id) do update set action = 'x'",
  ])('can’t be changed by a statement: %s', async (sql) => {
    await expect(app.database.query(sql)).rejects.toThrow('audit events are never changed or removed');
    expect(await verify()).toEqual(intact(7));
  });

  it('is found unbroken where it is', async () => {
    expect(await verify()).toEqual(intact(7));
  });

  it.each([
    ['text', "'another'"],
    ['bigint', '4000'],
    ['timestamp with time zone', "now() - interval '1 year'"],
    ['jsonb', `'{ "name": "another" }'`],
    ['bytea', "decode(repeat('ab', 32), 'hex')"],
  ])('is found broken where any column of type %s was edited', async (type, value) => {
    const { rows: columns } = await app.database.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_name = 'audit_events' and data_type = $1`,
      [type],
    );
    expect(columns.length).toBeGreaterThan(0);
    for (const { name } of columns) {
      organizationId = (await createOrganization(owner)).id;
      for (let n = 1; n <= 3; n += 1) await rename(`Name ${n}`);
      const given = name === 'outcome' ? "'REFUSED'" : name === 'id' ? `'${randomUUID()}'` : value;
      await tamper(`update audit_events set ${name} = ${given} where $trail and sequence = 3`);
      expect([name, await verify()]).toEqual([name, { intact: false, events: 2, brokenAt: 3 }]);
    }
  });

  it.each([
    ['the first event was removed', 'delete from audit_events where $trail and sequence = 1', 1],
    ['one in the middle was removed', 'delete from audit_events where $trail and sequence = 4', 4],
    ['the last was removed', 'delete from audit_events where $trail and sequence = 7', 7],
    ['the last three were removed', 'delete from audit_events where $trail and sequence > 4', 5],
    ['all were removed', 'delete from audit_events where $trail', 1],
    [
      'one was removed and the others moved up',
      'delete from audit_events where $trail and sequence = 4; update audit_events set sequence = sequence - 1 where $trail and sequence > 4',
      4,
    ],
    [
      'two were exchanged',
      'update audit_events set sequence = -sequence where $trail and sequence in (3, 4); update audit_events set sequence = 7 + sequence where $trail and sequence < 0',
      3,
    ],
    [
      'two have exchanged what they tell',
      'update audit_events e set after = (select after from audit_events o where o.chain_id = e.chain_id and o.sequence = 10 - e.sequence) where $trail and sequence in (4, 6)',
      4,
    ],
    [
      'one was copied to the end',
      `insert into audit_events (id, chain_id, sequence, occurred_at, ${copied}, previous_hash, hash) select gen_random_uuid(), chain_id, 8, now(), ${copied}, hash, hash from audit_events where $trail and sequence = 7`,
      8,
    ],
    [
      'the head was set back',
      'update audit_chains set sequence = 5, head = (select hash from audit_events where $trail and sequence = 5) where id = $id',
      8,
    ],
    ['the head was removed', 'delete from audit_chains where id = $id', 8],
    [
      'the events of another trail took their place',
      "delete from audit_events where $trail; update audit_events set chain_id = $id where chain_id = 'instance'",
      1,
    ],
  ])('is found broken where %s', async (_what, sql, brokenAt) => {
    await tamper(sql);
    expect(await verify()).toMatchObject({ intact: false, brokenAt });
  });

  const edited = (event: EventRow): EventRow =>
    event.sequence === 3 ? { ...event, actorLabel: 'eve@example.test' } : event;

  it.each<[string, (chain: readonly EventRow[]) => EventRow[], number]>([
    ['was edited and its hash with it', (chain) => chain.map((event) => withHash(edited(event))), 4],
    ['was edited and all hashes from there on', (chain) => rechained(chain.map(edited)), 8],
    ['was appended', (chain) => rechained([...chain, { ...chain.at(-1)!, id: randomUUID(), sequence: 8 }]), 9],
  ])('is found broken where an event %s, by somebody who knows how', async (_what, forge, brokenAt) => {
    const events = app.nest.get(DataSource).getRepository(AuditEventEntity);
    const chain = await events.find({ where: { chainId: organizationId }, order: { sequence: 'ASC' } });
    await app.database.query('alter table audit_events disable trigger user');
    await events.save(forge(chain));
    await app.database.query('alter table audit_events enable trigger user');
    expect(await verify()).toEqual({ intact: false, events: brokenAt - 1, brokenAt });
  });

  it('has no gap and no fork after 50 changes at once', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `Name at once ${n}`);
    await inParallel(50, names, rename);
    const { rows } = await app.database.query<{ sequence: string }>(
      'select sequence from audit_events where chain_id = $1 order by sequence',
      [organizationId],
    );
    expect(rows.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 57 }, (_, n) => n + 1));
    expect(await verify()).toEqual(intact(57));
  });
});

function withHash({ hash: _, ...told }: EventRow): EventRow {
  return { ...told, hash: hashOf(told) };
}

function rechained(events: readonly EventRow[]): EventRow[] {
  let previousHash: Buffer = chainStart;
  return events.map((event) => {
    const linked = withHash({ ...event, previousHash });
    previousHash = linked.hash;
    return linked;
  });
}

describe('151: a period of the trail', () => {
  /** When each event was recorded. The five changes of the name have come one after the other, each in milliseconds of its own. */
  let times: string[];
  const before = (sequence: number): string => times[sequence - 1]!;

  beforeEach(async () => {
    const { rows } = await app.database.query<{ occurred_at: Date }>(
      'select occurred_at from audit_events where chain_id = $1 order by sequence',
      [organizationId],
    );
    times = rows.map(({ occurred_at }) => occurred_at.toISOString());
  });

  it('holds the events from its beginning to before its end', async () => {
    expect(await verify({ from: before(3), to: before(6) })).toEqual(intact(3));
    expect(await verify({ from: before(6) })).toEqual(intact(2));
    expect(await verify({ to: before(6) })).toEqual(intact(5));
    expect(await verify({ from: '2001-01-01T00:00:00Z', to: '2100-01-01T00:00:00+01:00' })).toEqual(intact(7));
    expect(await verify({ from: '2100-01-01T00:00:00Z' })).toEqual(intact(0));
    expect(await verify({ to: '2001-01-01T00:00:00Z' })).toEqual(intact(0));
  });

  it.each([
    ['an event in it was edited', "update audit_events set after = '{}' where $trail and sequence = 4", 4],
    ['an event in it was removed', 'delete from audit_events where $trail and sequence = 4', 4],
    ['its first event was removed', 'delete from audit_events where $trail and sequence = 3', 3],
    ['its last event was removed', 'delete from audit_events where $trail and sequence = 5', 5],
    ['all its events were removed', 'delete from audit_events where $trail and sequence between 3 and 5', 3],
    [
      'its first event was moved out of it',
      "update audit_events set occurred_at = occurred_at - interval '1 day' where $trail and sequence = 3",
      3,
    ],
    [
      'its last event was moved out of it',
      "update audit_events set occurred_at = occurred_at + interval '1 day' where $trail and sequence = 5",
      5,
    ],
  ])('is found broken where %s', async (_what, sql, brokenAt) => {
    const period = { from: before(3), to: before(6) };
    await tamper(sql);
    expect(await verify(period)).toMatchObject({ intact: false, brokenAt });
  });

  it('is whole where the trail is broken far from it', async () => {
    await tamper("update audit_events set after = '{}' where $trail and sequence = 7");
    expect(await verify({ from: before(3), to: before(5) })).toEqual(intact(2));
    expect(await verify()).toMatchObject({ intact: false, brokenAt: 7 });
  });

  it('can’t end before it begins', async () => {
    for (const period of [
      { from: before(4), to: before(3) },
      { from: before(4), to: before(4) },
    ]) {
      await expect(verify(period)).rejects.toThrow('VALIDATION_FAILED');
    }
  });
});
