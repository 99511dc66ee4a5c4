import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrations } from '../../src/platform/database/migrations/migrations.js';
import { createTestDatabase, type Template } from './database.js';
import { query } from './kept-databases.js';

describe('a test database', () => {
  it('has been migrated, every migration of it', async () => {
    const database = await createTestDatabase();
    const [row] = await query(database.url, 'select count(*)::int as count from migrations');
    expect(row).toEqual({ count: migrations.length });
    await database.drop();
  });

  it('is filled once, however many ask at the same time, and each has its own', async () => {
    const template = templateOf('create table things (name text)');
    const databases = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase(template)));
    await query(databases[0]!.url, `insert into things values ('mine')`);
    expect(template.filled).toBe(1);
    expect(await query(databases[1]!.url, 'select * from things')).toEqual([]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('is never made from a template whose filling failed', async () => {
    const good = templateOf('create table things (name text)');
    const bad = { name: good.name, fill: createHalf };
    await expect(createTestDatabase(bad)).rejects.toThrow('half-way');
    const database = await createTestDatabase(good);
    expect(await query(database.url, `select relname from pg_class where relname in ('half', 'things')`)).toEqual([
      { relname: 'things' },
    ]);
    await database.drop();
  });

  it('is gone when it is dropped, with sessions open or not', async () => {
    const database = await createTestDatabase(templateOf('select 1'));
    const session = new pg.Client(database.url);
    session.on('error', () => undefined);
    await session.connect();
    await database.drop();
    await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist');
  });
});

async function createHalf(url: string): Promise<void> {
  await query(url, 'create table half ()');
  throw new Error('half-way');
}

function templateOf(sql: string): Template & { filled: number } {
  return {
    name: `template_${randomUUID().replaceAll('-', '')}`,
    filled: 0,
    async fill(url) {
      this.filled += 1;
      await query(url, sql);
    },
  };
}
