import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Database } from '../database/database.js';
import { page, type Connection, type PageRequest } from './connection.js';
import { NestedList } from './nested-list.js';

@Entity('things')
class Thing {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'owner_id' })
  ownerId!: string;

  @Column({ type: 'bigint', transformer: { from: Number, to: (value: number) => value } })
  size!: number;

  @Column({ type: 'timestamptz', name: 'made_at' })
  madeAt!: Date;

  @Column({ type: 'text', select: false })
  secret!: string;
}

const directions = ['ASC', 'DESC'] as const;

describe('a list of each of many things', () => {
  let test: TestDatabase;
  let source: DataSource;
  let database: Database;
  let lists: Record<(typeof directions)[number], NestedList<{ readonly owner: string }, Thing>>;
  const statements: string[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: test.url, entities: [Thing] }).initialize();
    await source.query(`create table things (id text primary key, owner_id text not null, size bigint not null,
        made_at timestamptz not null default now(), secret text not null default 'secret');
      insert into things (id, owner_id, size)
        select o || '-' || n, o, n from unnest(array['a', 'b', 'c']) o, generate_series(1, 5) n`);
    const { logger } = source;
    source.logger = Object.assign(Object.create(logger) as typeof logger, {
      logQuery: (sql: string) => void statements.push(sql),
    });
    database = new Database(source);
    const listIn = (direction: (typeof directions)[number]) =>
      new NestedList<{ readonly owner: string }, Thing>(database, {
        rows: Thing,
        as: 'thing',
        parent: { owner: 'text' },
        where: 'thing.owner_id = parent.owner or false',
        order: { ...order, direction },
      });
    lists = { ASC: listIn('ASC'), DESC: listIn('DESC') };
  });
  afterAll(async () => {
    await source.destroy();
    await test.drop();
  });

  const order = { column: 'thing.id', of: (row: Thing) => row.id };

  const alone = (owner: string, request: PageRequest, direction: (typeof directions)[number]) =>
    page(
      source.manager.createQueryBuilder(Thing, 'thing').where('thing.owner_id = :owner', { owner }),
      request,
      { ...order, direction },
      (row) => row,
    );

  const told = async (connection: Connection<Thing>) => ({ ...connection, totalCount: await connection.totalCount });

  it.each(directions)('has the pages that each list has alone (%s)', async (direction) => {
    const first = await alone('b', { first: 2 }, direction);
    for (const request of [{}, { first: 2 }, { first: 5 }, { first: 2, after: first.pageInfo.endCursor }]) {
      const owners = ['b', 'nobody', 'a', 'b', 'c'];
      const together = await Promise.all(owners.map((owner) => lists[direction].page({ owner }, request)));
      const each = await Promise.all(owners.map((owner) => alone(owner, request, direction)));
      expect(await Promise.all(together.map(told))).toEqual(await Promise.all(each.map(told)));
      expect(together[0]?.nodes[0]).toBeInstanceOf(Thing);
    }
    const [node] = first.nodes;
    expect(node).toEqual({ id: expect.anything(), ownerId: 'b', size: expect.any(Number), madeAt: expect.any(Date) });
  });

  it('reads what is asked for at once in one statement, wherever the pages begin, and counts in one more', async () => {
    statements.length = 0;
    const asked = ['a', 'b', 'c'].flatMap((owner) => [
      lists.ASC.page({ owner }, { first: 1 }),
      lists.ASC.page({ owner }, { first: 4 }),
    ]);
    const pages = await Promise.all(asked);
    expect(pages.map(({ nodes }) => nodes.map(({ id }) => id).join(' '))).toEqual(
      ['a', 'b', 'c'].flatMap((owner) => [`${owner}-1`, [1, 2, 3, 4].map((n) => `${owner}-${n}`).join(' ')]),
    );
    expect(statements).toHaveLength(1);
    expect(await Promise.all(pages.map(({ totalCount }) => totalCount))).toEqual([5, 5, 5, 5, 5, 5]);
    expect(statements).toHaveLength(2);
  });

  it('refuses a forged cursor, and nobody else with it', async () => {
    const forged = lists.ASC.page({ owner: 'a' }, { after: 'forged' });
    const [other] = await Promise.all([lists.ASC.page({ owner: 'b' }, {}), expect(forged).rejects.toThrow('after')]);
    expect(other.nodes).toHaveLength(5);
    await expect(lists.ASC.page({ owner: 'a' }, { first: 101 })).rejects.toThrow('first');
  });

  it('reads in a transaction what that has done, and never together with what is asked for outside', async () => {
    const idsOf = async () => (await lists.ASC.page({ owner: 'new' }, {})).nodes.map(({ id }) => id);
    let goOn = (): void => undefined;
    const both = new Promise<void>((resolve) => (goOn = resolve));
    const outside = both.then(idsOf);
    await database.transaction(async (tx) => {
      await tx.query(`insert into things (id, owner_id, size) values ('new-1', 'new', 1)`);
      const inside = both.then(idsOf);
      goOn();
      expect(await Promise.all([outside, inside])).toEqual([[], ['new-1']]);
    });
    expect(await idsOf()).toEqual(['new-1']);
  });
});
