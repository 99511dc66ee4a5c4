import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDataSource } from '../src/platform/database/data-source.js';
import { DomainProofs1764000010000 } from '../src/platform/database/migrations/1764000010000-domain-proofs.js';
import { migrations } from '../src/platform/database/migrations/migrations.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

interface ColumnRow {
  readonly table_name: string;
  readonly column_name: string;
  readonly udt_name: string;
  readonly is_nullable: 'YES' | 'NO';
}

const columnsOf = (source: DataSource): Promise<ColumnRow[]> =>
  source.query<ColumnRow[]>(
    `select table_name, column_name, udt_name, is_nullable from information_schema.columns
     where table_schema = 'public' and table_name <> 'migrations' order by 1, 2`,
  );

describe('the migrations', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase({ name: 'gatehouse_empty', fill: () => Promise.resolve() });
    source = await createDataSource(database.url).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('go up, down to nothing, and up to the same again', async () => {
    await source.runMigrations();
    const first = await columnsOf(source);
    expect(first.length).toBeGreaterThan(100);

    for (const _ of migrations) await source.undoLastMigration();
    expect(await columnsOf(source)).toEqual([]);

    await source.runMigrations();
    expect(await columnsOf(source)).toEqual(first);
  });

  it('say of domains from when there was the TXT record alone that they were proven by that', async () => {
    const runner = source.createQueryRunner();
    const step = new DomainProofs1764000010000();
    await step.down(runner);
    await runner.query(`
      insert into organizations (id, name, slug, plan) values ('acme', 'Acme', 'acme', 'self-hosted');
      insert into domains (id, organization_id, name, token, status, verified_at, diagnosis) values
        ('verified', 'acme', 'acme.test', 'token', 'VERIFIED', now(), '{"code": "MATCHED"}'),
        ('lapsed', 'acme', 'lapsed.test', 'token', 'LAPSED', now(), null),
        ('pending', 'acme', 'pending.test', 'token', 'PENDING', null, '{"code": "NOT_FOUND"}')`);
    await step.up(runner);
    const told = { proof: 'TXT', expectedBy: null, looks: [] };
    expect(await runner.query('select id, proven_by, diagnosis from domains order by id')).toEqual([
      { id: 'lapsed', proven_by: 'TXT', diagnosis: null },
      { id: 'pending', proven_by: null, diagnosis: { code: 'NOT_FOUND', ...told } },
      { id: 'verified', proven_by: 'TXT', diagnosis: { code: 'MATCHED', ...told } },
    ]);
    await runner.release();
  });
});

describe('the entities', () => {
  /** Written and read by statements of their own, with no entity. */
  const withoutEntity = [
    'audit_chains',
    'idempotency_keys',
    'attempts',
    'code_attempts',
    'used_logout_tokens',
    'set_aside_rows',
    'api_key_windows',
    'code_attempts',
    'used_logout_tokens',
  ];
  const typeNames: Readonly<Record<string, string>> = { boolean: 'bool', bigint: 'int8', integer: 'int4' };

  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  it('agree with the tables, column by column', async () => {
    const source = app.nest.get(DataSource);
    const tables = (await columnsOf(source)).filter(({ table_name }) => !withoutEntity.includes(table_name));
    const entities = source.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns.map(({ databaseName, type, isArray, isNullable }) => ({
        table_name: tableName,
        column_name: databaseName,
        udt_name: `${isArray ? '_' : ''}${typeNames[String(type)] ?? String(type)}`,
        is_nullable: isNullable ? 'YES' : 'NO',
      })),
    );
    const order = (a: { table_name: string; column_name: string }, b: typeof a) =>
      `${a.table_name}.${a.column_name}` < `${b.table_name}.${b.column_name}` ? -1 : 1;
    expect(entities.sort(order)).toEqual(tables.sort(order));
  });
});
