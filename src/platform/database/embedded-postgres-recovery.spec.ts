import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isAlive, KeptDatabases, query } from '../../../test/support/kept-databases.js';
import { stopAbandonedPostgres } from './embedded-postgres.js';

const databases = new KeptDatabases();

beforeAll(() => databases.make());
afterEach(() => databases.stopAll());
afterAll(() => databases.remove());

describe('a process killed with its database running', () => {
  it('loses nothing that was committed, and the next start replaces the orphan', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    for (let n = 0; n < 20; n += 1) await query(owner.url, 'insert into kept values ($1)', [String(n)]);
    await databases.kill(owner.child);
    expect(isAlive(owner.pid)).toBe(true);

    const next = await databases.start(directory);
    expect(isAlive(owner.pid)).toBe(false);
    expect(await query(next.url, 'select count(*)::int as rows from kept')).toEqual([{ rows: 20 }]);
  });

  it('leaves half a transaction undone', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    const session = new pg.Client(owner.url);
    session.on('error', () => undefined);
    await session.connect();
    await session.query(`begin; insert into kept values ('half')`);
    await databases.kill(owner.child);
    const next = await databases.start(directory);
    expect(await query(next.url, 'select * from kept')).toEqual([]);
  });

  it('is recovered from when PostgreSQL was killed too', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    await query(owner.url, `insert into kept values ('committed')`);
    await databases.kill(owner.child);
    process.kill(owner.pid, 'SIGKILL');
    const next = await databases.start(directory);
    expect(await query(next.url, 'select value from kept')).toEqual([{ value: 'committed' }]);
  });

  it('is recovered from while a child of the killed PostgreSQL still lingers', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    const session = new pg.Client(owner.url);
    session.on('error', () => undefined);
    await session.connect();
    const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lingering = rows[0]!.pid;
    process.kill(lingering, 'SIGSTOP');
    try {
      await databases.kill(owner.child);
      process.kill(owner.pid, 'SIGKILL');
      const starting = databases.start(directory);
      const log = path.join(directory, 'postgres.log');
      while (!(await readFile(log, 'utf8')).includes('pre-existing shared memory block')) await sleep(10);
      process.kill(lingering, 'SIGCONT');
      expect(await query((await starting).url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      if (isAlive(lingering)) process.kill(lingering, 'SIGCONT');
    }
  });

  it('may be killed while PostgreSQL is only starting', async () => {
    const directory = await databases.copy();
    const child = await databases.spawnOwner(directory);
    while (!(await readdir(directory)).includes('postgres.log') && child.exitCode === null) await sleep(1);
    await databases.kill(child);
    const next = await databases.start(directory);
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('has its orphan stopped by whoever cleans up', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    await databases.kill(owner.child);
    await stopAbandonedPostgres(directory);
    expect(isAlive(owner.pid)).toBe(false);
    expect((await readdir(directory)).sort()).toEqual(['cluster', 'postgres.log']);
  });

  it('does no harm to a stranger who got the number of the old server', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    const file = path.join(directory, 'cluster/postmaster.pid');
    const left = await readFile(file, 'utf8');
    await databases.kill(owner.child);
    await stopAbandonedPostgres(directory);
    const { uid, gid } = await stat(path.join(directory, 'cluster'));
    const stranger = spawn('sleep', ['60'], { uid, gid });
    databases.children.add(stranger);
    await writeFile(file, left.replace(/^\d+/, String(stranger.pid)));

    const next = await databases.start(directory);
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });
});

describe('a database in use', () => {
  it('is refused to a second process, by name and number, and goes on', async () => {
    const directory = await databases.copy();
    const owner = await databases.startInChild(directory);
    await expect(databases.start(directory)).rejects.toThrow(
      `The database in ${directory} is in use by another process (${owner.child.pid}): stop that first, or choose another DATA_DIR.`,
    );
    await expect(stopAbandonedPostgres(directory)).rejects.toThrow('is in use');
    expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is free once its owner has stopped it', async () => {
    const directory = await databases.copy();
    await (await databases.start(directory)).stop();
    const owner = await databases.startInChild(directory);
    expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});
