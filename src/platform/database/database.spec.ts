import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { createDataSource } from './data-source.js';
import { Database } from './database.js';

describe('what is to happen after a commit', () => {
  let own: TestDatabase;
  let source: DataSource;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    source = await createDataSource(own.url).initialize();
    database = new Database(source);
  });
  afterAll(async () => {
    await source.destroy();
    await own.drop();
  });

  const visible = async (id: string) => {
    const rows = await source.query<unknown[]>('select from organizations where id = $1', [id]);
    return rows.length > 0;
  };
  const insert = (id: string) =>
    `insert into organizations (id, name, slug, plan) values ('${id}', 'n', '${id}', 'hobby')`;

  it('happens once the outermost transaction has committed, and outside of it', async () => {
    const looks: Promise<boolean[]>[] = [];
    await database.transaction(async (outer) => {
      await database.transaction(async (inner) => {
        database.afterCommit(() => {
          looks.push(Promise.all([visible('a'), Promise.resolve(database.reader === source.manager)]));
        });
        await inner.query(insert('a'));
      });
      expect(looks).toEqual([]);
      await outer.query('select 1');
    });
    expect(await Promise.all(looks)).toEqual([[true, true]]);
  });

  it('never happens when the transaction rolls back, though an inner one succeeded', async () => {
    let happened = false;
    const failing = database.transaction(async () => {
      await database.transaction(async (tx) => {
        await tx.query(insert('b'));
        database.afterCommit(() => (happened = true));
      });
      throw new Error('too late');
    });
    await expect(failing).rejects.toThrow('too late');
    expect([happened, await visible('b')]).toEqual([false, false]);
  });

  it('happens at once where there is no transaction', () => {
    let happened = false;
    database.afterCommit(() => (happened = true));
    expect(happened).toBe(true);
  });
});
