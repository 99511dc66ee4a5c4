import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { mapNodes, page, type Connection, type PageRequest } from './connection.js';

@Entity('things')
class Thing {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  owner!: string;
}

describe('a page of a list', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url, entities: [Thing] }).initialize();
    await source.query(`create table things (id text primary key, owner text not null);
      insert into things select 'mine-' || lpad(n::text, 3, '0'), 'me' from generate_series(1, 120) n;
      insert into things select 'theirs-' || n, 'them' from generate_series(1, 5) n`);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  function mine(request: PageRequest, direction: 'ASC' | 'DESC' = 'ASC', shape?: RegExp): Promise<Connection<string>> {
    const query = source.manager.createQueryBuilder(Thing, 'thing').where('thing.owner = :me', { me: 'me' });
    const order = { column: 'thing.id', of: (row: Thing) => row.id, direction, ...(shape ? { shape } : {}) };
    return page(query, request, order, ({ id }) => id);
  }

  const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

  it('has fifty things, or as many as are asked for, each with its cursor', async () => {
    const { nodes, edges, pageInfo } = await mine({});
    expect([nodes.length, nodes[0], nodes.at(-1), pageInfo.hasNextPage]).toEqual([50, 'mine-001', 'mine-050', true]);
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
    expect((await mine({ first: 3, after: null })).nodes).toEqual(['mine-001', 'mine-002', 'mine-003']);
  });

  it.each(['ASC', 'DESC'] as const)(
    'leads on to the next one, until everything was shown once (%s)',
    async (direction) => {
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const { nodes, pageInfo }: Connection<string> = await mine({ first: 50, after }, direction);
        seen.push(...nodes);
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      const all = Array.from({ length: 120 }, (_, n) => `mine-${String(n + 1).padStart(3, '0')}`);
      expect(seen).toEqual(direction === 'ASC' ? all : all.toReversed());
    },
  );

  it('has no next one where the last thing is on it, and no end where there is nothing', async () => {
    const { edges } = await mine({ first: 100 });
    const rest = await mine({ first: 20, after: edges.at(-1)!.cursor });
    expect([rest.nodes.length, rest.pageInfo.hasNextPage]).toEqual([20, false]);
    const beyond = await mine({ after: rest.pageInfo.endCursor });
    expect([beyond.nodes, beyond.pageInfo]).toEqual([[], { hasNextPage: false, endCursor: null }]);
  });

  it('counts the whole list, wherever the page stands in it, and only when that is asked', async () => {
    const { edges } = await mine({ first: 10 });
    expect(await (await mine({ first: 1, after: edges.at(-1)!.cursor })).totalCount).toBe(120);
  });

  it.each([0, -1, 101, 1e9])('does not have %d things', async (first) => {
    await expect(mine({ first })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'first', message: 'first must lie between 1 and 100.' }],
    });
  });

  it.each([
    'mine-001',
    '',
    cursorOf('mine-001'),
    cursorOf('after:'),
    cursorOf(`after:' or '1'='1`),
    cursorOf(`after:${'x'.repeat(129)}`),
    cursorOf('after:a\0b'),
    'not base64 at all!',
  ])('does not begin after %j, which no list has given', async (after) => {
    await expect(mine({ after })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ field: 'after' }] });
  });

  it('may demand more of a cursor’s shape', async () => {
    const forged = { after: cursorOf('after:mine-001') };
    await expect(mine(forged, 'ASC', /^\d+$/)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('shows nothing of another list, whatever cursor is forged for it', async () => {
    expect((await mine({ after: cursorOf('after:theirs-1') })).nodes).toEqual([]);
    expect((await mine({ after: cursorOf('after:theirs-1') }, 'DESC')).nodes[0]).toBe('mine-120');
  });

  it('can be turned into a page of other things, with the same cursors and the same count', async () => {
    const before = await mine({ first: 2 });
    const after = mapNodes(before, (id) => id.length);
    expect(after.nodes).toEqual([8, 8]);
    expect(after.edges.map(({ cursor }) => cursor)).toEqual(before.edges.map(({ cursor }) => cursor));
    expect([after.pageInfo, await after.totalCount]).toEqual([before.pageInfo, 120]);
  });
});
