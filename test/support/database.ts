import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { migrateJobs, openJobPool } from '../../src/platform/jobs/job-schema.js';

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, and ends sessions that are still open on it. */
  drop(): Promise<void>;
}

/** What a test's database is a copy of. The first who asks for it has it made; the name must change with the contents. */
export interface Template {
  readonly name: string;
  fill(url: string): Promise<void>;
}

/** A database of its own for each test file, in tens of milliseconds: a clone of one that was migrated once. */
export async function createTestDatabase(template?: Template): Promise<TestDatabase> {
  const source = template ?? (await migrated());
  const name = `gatehouse_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(async (server) => {
    await makeOnce(server, source);
    await server.query(`create database ${name} template ${source.name}`);
  });
  return {
    url: urlOf(name),
    drop: () =>
      onServer((server) => server.query(`drop database if exists ${name} with (force)`)).then(() => undefined),
  };
}

async function migrated(): Promise<Template> {
  return { name: `gatehouse_template_${await digestOfMigrations()}`, fill: migrate };
}

async function migrate(url: string): Promise<void> {
  const source = await createDataSource(url).initialize();
  await source.runMigrations().finally(() => source.destroy());
  const pool = openJobPool(url, 1);
  await migrateJobs(pool).finally(() => pool.end());
}

const migrations = path.resolve(import.meta.dirname, '../../src/platform/database/migrations');

/** A server of the developer's own outlives the run: a template made by older migrations must not be taken for this one. */
async function digestOfMigrations(): Promise<string> {
  const digest = createHash('sha256');
  for (const file of (await readdir(migrations)).sort()) {
    digest.update(file).update(await readFile(path.join(migrations, file)));
  }
  return digest.digest('hex').slice(0, 16);
}

/** Under a lock, for test files run side by side; and under another name until complete, for one that fails half-way. */
async function makeOnce(server: pg.Client, template: Template): Promise<void> {
  const { name } = template;
  await server.query('select pg_advisory_lock(hashtext($1))', [name]);
  const { rowCount } = await server.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) {
    await server.query(`drop database if exists ${name}_unfinished with (force)`);
    await server.query(`create database ${name}_unfinished`);
    await template.fill(urlOf(`${name}_unfinished`));
    await server.query(`alter database ${name}_unfinished rename to ${name}`);
  }
  await server.query('select pg_advisory_unlock(hashtext($1))', [name]);
}

/** The session ends with the work, and its advisory lock with it. */
async function onServer<T>(work: (server: pg.Client) => Promise<T>): Promise<T> {
  const server = new pg.Client({ connectionString: serverUrl() });
  await server.connect();
  return work(server).finally(() => server.end());
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url)
    throw new Error('TEST_DATABASE_URL is unset: run the tests through Jest, whose global set-up starts a PostgreSQL.');
  return url;
}
