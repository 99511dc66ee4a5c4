import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { createDataSource } from '../data-source.js';
import { Database } from '../database.js';
import { SetAside } from './set-aside.js';
import { tablesGoingWith, type ForeignKey } from './table-graph.js';

describe('what is set aside', () => {
  let own: TestDatabase;
  let source: DataSource;
  let database: Database;
  const setAside = new SetAside();

  beforeAll(async () => {
    own = await createTestDatabase();
    source = await createDataSource(own.url).initialize();
    database = new Database(source);
  });
  afterAll(async () => {
    await source.destroy();
    await own.drop();
  });
  beforeEach(() =>
    source.query(`
      create table shelves (id text primary key, name text not null unique);
      create table readers (id text primary key);
      create table "Books" (id text primary key, shelf_id text references shelves on delete cascade, reader_id text references readers on delete set null,
        cover bytea, tags text[], read_at timestamptz, facts jsonb, number bigint generated always as identity, shelved boolean generated always as (shelf_id is not null) stored);
      create table notes (book_id text references "Books" on delete cascade, shelf_id text references shelves on delete cascade, reader_id text not null references readers on delete cascade,
        text text, primary key (book_id, reader_id));
      insert into shelves values ('s', 'Novels'), ('other', 'Poems');
      insert into readers values ('ada'), ('eve');
      insert into "Books" (id, shelf_id, reader_id, cover, tags, read_at, facts) values
        ('b', 's', 'ada', '\\x00ff', '{"a","b,c",null}', '2026-11-28 05:00:00.123456+02', '{"deep": {"n": 1.50}}'), ('c', 'other', 'ada', null, null, null, null);
      insert into notes values ('b', 's', 'ada', E'line\\nline'), ('b', null, 'eve', null), ('c', 'other', 'eve', 'stays');
      insert into deletions (id, organization_id, name, slug, roles, deleted_by, deleted_at, gone_at) values ('d', 'o', 'n', 's', '{}', 'x', now(), now())`),
  );
  afterEach(() => source.query('drop table notes, "Books", readers, shelves; delete from deletions'));

  const take = () => database.transaction((tx) => setAside.take(tx, 'd', 'shelves', 's'));
  const putBack = () => database.transaction((tx) => setAside.putBack(tx, 'd', 'shelves'));
  const textOf = async (...tables: string[]) =>
    Promise.all(tables.map((table) => source.query<unknown[]>(`select t::text from ${table} t order by 1`)));
  const all = () => textOf('shelves', 'readers', '"Books"', 'notes');
  const counts = async () => (await all()).map((rows) => rows.length);

  it('goes with all that hangs on it, each row once, and comes back to the last byte', async () => {
    const before = await all();
    await take();
    expect(await counts()).toEqual([1, 2, 1, 1]);
    const kept = await source.query<unknown[]>('select from set_aside_rows');
    expect(kept).toHaveLength(4);
    expect(await putBack()).toEqual({});
    expect(await all()).toEqual(before);
  });

  it('comes back without what hung on something that is gone, and forgets what it only pointed to', async () => {
    await take();
    await source.query(`delete from readers where id = 'ada'`);
    expect(await putBack()).toEqual({ notes: 1 });
    expect(await source.query('select id, reader_id from "Books" where id = $1', ['b'])).toEqual([
      { id: 'b', reader_id: null },
    ]);
  });

  it('says what it could not put back, since something else has taken the place', async () => {
    await take();
    await source.query(`insert into shelves values ('new', 'Novels')`);
    expect(await putBack()).toEqual({ shelves: 1, '"Books"': 1, notes: 2 });
  });

  it('comes back into tables that have changed: new columns have their default', async () => {
    await take();
    await source.query(`alter table "Books" add column language text not null default 'en', drop column tags`);
    expect(await putBack()).toEqual({});
    expect(await source.query('select language from "Books" where id = $1', ['b'])).toEqual([{ language: 'en' }]);
  });
});

describe('the order of tables', () => {
  const key = (table: string, parent: string, onDelete: ForeignKey['onDelete'] = 'cascade'): ForeignKey => ({
    table,
    parent,
    onDelete,
    columns: ['x'],
    parentColumns: ['id'],
  });

  it('has each behind all that it refers to, and none that stays', () => {
    const keys = [
      key('c', 'b'),
      key('c', 'z', 'setNull'),
      key('b', 'a'),
      key('z', 'a'),
      key('stays', 'a', 'setNull'),
      key('z', 'z', 'refuse'),
    ];
    expect(tablesGoingWith('a', keys).map(({ name }) => name)).toEqual(['a', 'b', 'z', 'c']);
  });

  it('is refused where there is none', () => {
    expect(() => tablesGoingWith('a', [key('b', 'a'), key('c', 'b'), key('b', 'c', 'refuse')])).toThrow('circle: b, c');
  });
});
