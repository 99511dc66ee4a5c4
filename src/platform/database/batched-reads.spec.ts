import { AsyncResource } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { foundBy, type BatchedReads } from './batched-reads.js';
import { createDataSource } from './data-source.js';
import { Database } from './database.js';

describe('what a service finds of many', () => {
  let own: TestDatabase;
  let source: DataSource;
  let database: Database;
  let names: BatchedReads<string, string | null>;
  const asked: (readonly string[])[] = [];

  beforeAll(async () => {
    own = await createTestDatabase();
    source = await createDataSource(own.url).initialize();
    database = new Database(source);
    names = foundBy(database, async (ids) => {
      asked.push(ids);
      const sql = 'select id, name from organizations where id = any($1)';
      const rows = await database.rows<{ id: string; name: string }>(sql, [ids]);
      return new Map(rows.map(({ id, name }) => [id, name]));
    });
    await source.query(`insert into organizations (id, name, slug, plan) values ('a', 'before', 'a', 'hobby')`);
  });
  afterAll(async () => {
    await source.destroy();
    await own.drop();
  });

  it('is found at once, each under its own id; null where there is none', async () => {
    asked.length = 0;
    expect(await Promise.all(['a', 'none', 'a'].map((id) => names.load(id)))).toEqual(['before', null, 'before']);
    expect(asked).toEqual([['a', 'none', 'a']]);
  });

  it.each(['outside', 'inside'])('is found in the transaction of whoever asks, asked first %s', async (first) => {
    asked.length = 0;
    const outside = AsyncResource.bind(() => names.load('a'));
    const work = database.transaction(async (tx) => {
      await tx.query(`update organizations set name = 'after' where id = 'a'`);
      const both = first === 'outside' ? [outside(), names.load('a')] : [names.load('a'), outside()];
      const found = await Promise.all(both);
      expect(first === 'outside' ? found : found.reverse()).toEqual(['before', 'after']);
      throw new Error('to be rolled back');
    });
    await expect(work).rejects.toThrow('to be rolled back');
    expect(asked).toEqual([['a'], ['a']]);
  });
});
