import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { isAlive, KeptDatabases, query } from '../../../test/support/kept-databases.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

const databases = new KeptDatabases();

beforeAll(() => databases.make());
afterEach(() => databases.stopAll());
afterAll(() => databases.remove());

describe('a kept database', () => {
  it('keeps its rows from one start to the next', async () => {
    const directory = await databases.copy();
    const first = await databases.start(directory);
    await query(first.url, `insert into kept values ('one')`);
    await first.stop();
    const second = await databases.start(directory);
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 'one' }]);
  });

  it('syncs its log to disk, and checks its pages', async () => {
    const { url } = await databases.start(await databases.copy());
    expect(
      await query(url, `select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums`),
    ).toEqual([{ fsync: 'on', checksums: 'on' }]);
  });

  it('lets nobody in without the password', async () => {
    const { url } = await databases.start(await databases.copy());
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(await query(url, 'show password_encryption')).toEqual([{ password_encryption: 'scram-sha-256' }]);
  });

  it('leaves the password in no file', async () => {
    const found = await filesContaining(databases.made, databases.password);
    expect(found).toEqual([]);
  });

  it('listens on loopback alone, and on no socket file', async () => {
    const { url } = await databases.start(await databases.copy());
    expect(
      await query(
        url,
        `select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name`,
      ),
    ).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });

  it('knows letters beyond ASCII, in case, order and trigrams', async () => {
    const { url } = await databases.start(await databases.copy());
    await query(url, 'create extension pg_trgm');
    expect(await query(url, `select lower('ÀЖ') as lower, similarity('Жук', 'жук') as similarity`)).toEqual([
      { lower: 'àж', similarity: 1 },
    ]);
    expect(
      await query(
        url,
        `select datlocprovider, datlocale, pg_encoding_to_char(encoding) as encoding from pg_database limit 1`,
      ),
    ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8' }]);
  });

  it('is not told the environment, where the secrets of the server may be', async () => {
    const { url } = await databases.startInChild(await databases.copy(), { SECRET_OF_THIS_TEST: 'hush' });
    await query(url, `create table environment (line text); copy environment from program 'env'`);
    const lines = (await query(url, 'select line from environment')).map(({ line }) => line);
    expect(lines).toContain('LC_COLLATE=C.UTF-8');
    expect(lines).not.toContain('SECRET_OF_THIS_TEST=hush');
  });

  it('keeps the values of a refused row out of its log', async () => {
    const directory = await databases.copy();
    const { url } = await databases.start(directory);
    await query(url, 'create table people (email text unique)');
    const insert = `insert into people values ($1)`;
    await query(url, insert, ['someone@example.test']);
    await expect(query(url, insert, ['someone@example.test'])).rejects.toThrow('duplicate key');
    const log = await readFile(path.join(directory, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('someone@example.test');
  });

  it('takes a cluster that was cut short for what it is: none', async () => {
    const directory = path.join(databases.scratch, 'cut-short');
    await mkdir(path.join(directory, 'cluster.new-abcdef'), { recursive: true });
    await writeFile(path.join(directory, 'cluster.new-abcdef/PG_VERSION'), '18\n');
    await writeFile(path.join(directory, 'password.new-1'), databases.password);
    const server = await databases.start(directory);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(directory)).filter((name) => name.includes('.new-'))).toEqual([]);
  });

  it('writes its log where it is told', async () => {
    const log = path.join(databases.scratch, 'elsewhere.log');
    await databases.start(await databases.copy(), log);
    expect(await readFile(log, 'utf8')).toContain('ready to accept connections');
  });

  it('sets its log aside when that has grown past ten megabytes', async () => {
    const log = path.join(databases.scratch, 'grown.log');
    await writeFile(log, Buffer.alloc(10_000_001));
    await databases.start(await databases.copy(), log);
    expect((await stat(`${log}.1`)).size).toBe(10_000_001);
    expect((await stat(log)).size).toBeLessThan(10_000);
  });

  it('says in one line that its directory cannot be used', async () => {
    const file = path.join(databases.scratch, 'file');
    await writeFile(file, '');
    await expect(databases.start(path.join(file, 'postgres'))).rejects.toThrow(
      /file\/postgres cannot hold the database \(ENOTDIR\): .*DATABASE_URL\.$/,
    );
  });

  it('says in one line why PostgreSQL did not start', async () => {
    const directory = await databases.copy();
    await writeFile(path.join(directory, 'cluster/PG_VERSION'), '11\n');
    await expect(databases.start(directory)).rejects.toThrow(
      /^PostgreSQL did not start: .*(version 11|incompatible).*postgres\.log\)$/,
    );
  });

  it('leaves no process and no claim behind when it is stopped, and may be stopped twice', async () => {
    const directory = await databases.copy();
    const server = await databases.start(directory);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect((await readdir(directory)).sort()).toEqual(['cluster', 'postgres.log']);
  });

  it('is stopped with sessions open', async () => {
    const server = await databases.start(await databases.copy());
    const session = new pg.Client(server.url);
    const ended = new Promise<Error>((resolve) => session.on('error', resolve));
    await session.connect();
    await server.stop();
    expect((await ended).message).toBe('terminating connection due to administrator command');
  });
});

describe('started by root', () => {
  it('runs as another user, and as itself started by anyone else', async () => {
    const { pid } = await databases.start(await databases.copy());
    if (process.getuid?.() === 0) expect(userOf(pid)).not.toBe(0);
    else expect(userOf(pid)).toBe(process.getuid?.());
  });

  it('runs as the owner of the database, whoever that is', async () => {
    const directory = await databases.copy();
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '54321:54321', directory]);
    const { pid } = await databases.start(directory);
    expect(userOf(pid)).toBe((await stat(path.join(directory, 'cluster'))).uid);
  });

  it('makes and opens its database below a folder that is closed to others', async () => {
    const closed = path.join(databases.scratch, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const directory = path.join(closed, 'app/.gatehouse/postgres');
    const first = await databases.start(directory);
    await query(first.url, `create table kept (value text); insert into kept values ('below')`);
    await first.stop();
    const owner = await databases.startInChild(directory);
    await databases.kill(owner.child);
    const next = await databases.start(directory);
    expect(isAlive(owner.pid)).toBe(false);
    expect(await query(next.url, 'select value from kept')).toEqual([{ value: 'below' }]);
    expect((await stat(path.join(directory, 'cluster/PG_VERSION'))).isFile()).toBe(true);
  });
});

describe('a throwaway database', () => {
  it('waits for no disk and asks for no password', async () => {
    const server = await startEmbeddedPostgres({
      directory: path.join(databases.scratch, 'throwaway'),
      durability: 'throwaway',
    });
    databases.running.add(server);
    const names = ['fsync', 'synchronous_commit', 'full_page_writes'];
    expect(await query(server.url, 'select setting from pg_settings where name = any($1)', [names])).toEqual(
      names.map(() => ({ setting: 'off' })),
    );
    expect(new URL(server.url).password).toBe('');
  });
});

function userOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)]).toString());
}

async function filesContaining(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(file)).includes(text)) found.push(file);
  }
  return found;
}
