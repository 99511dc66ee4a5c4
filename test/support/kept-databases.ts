import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  stopAbandonedPostgres,
} from '../../src/platform/database/embedded-postgres.js';
import { fastFolder } from './fast-folder.js';

const source = path.resolve(import.meta.dirname, '../../src/platform/database/embedded-postgres.ts');

/** Kept embedded databases for the tests of the embedded PostgreSQL itself, each run by us or by a process of its own. */
export class KeptDatabases {
  readonly password = 'correct: horse/battery@staple';
  readonly running = new Set<EmbeddedPostgres>();
  readonly children = new Set<ChildProcess>();
  /** For files of the test; enterable by other users. */
  scratch = '';
  private readonly copies: string[] = [];
  /** Directories whose server another process started: a test may fail before it has stopped that. */
  private readonly started: string[] = [];

  /** A stopped database with an empty table `kept`. Tests work on copies of it, since making one takes a second. */
  get made(): string {
    return path.join(this.scratch, 'made');
  }

  async make(): Promise<void> {
    this.scratch = await mkdtemp(path.join(await fastFolder(), 'gatehouse-kept-'));
    await chmod(this.scratch, 0o755);
    const server = await this.start(this.made);
    await query(server.url, 'create table kept (value text)');
    await server.stop();
  }

  /** Named so that the next run's global set-up finds it, should this one be killed. */
  async copy(): Promise<string> {
    const copy = await mkdtemp(path.join(path.dirname(this.scratch), 'gatehouse-postgres-test-'));
    this.copies.push(copy);
    execFileSync('cp', ['-a', path.join(this.made, 'cluster'), copy]);
    return copy;
  }

  async start(directory: string, log?: string): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ directory, password: this.password, durability: 'kept', log });
    this.running.add(server);
    return server;
  }

  /** Another process that starts the database and then does nothing. */
  async startInChild(
    directory: string,
    environment?: Record<string, string>,
  ): Promise<{ child: ChildProcess; url: string; pid: number }> {
    const child = await this.spawnOwner(directory, environment);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return { child, ...(JSON.parse(line.toString()) as { url: string; pid: number }) };
  }

  /** The same, without waiting for the database. */
  async spawnOwner(directory: string, environment: Record<string, string> = {}): Promise<ChildProcess> {
    const code = `
      import { startEmbeddedPostgres } from ${JSON.stringify(source)};
      const [directory, password] = process.argv.slice(1);
      const { url, pid } = await startEmbeddedPostgres({ directory, password, durability: 'kept' });
      process.stdout.write(JSON.stringify({ url, pid }));
      setInterval(() => {}, 60_000);`;
    const options = ['--import', 'tsx', '--input-type=module', '-e', code];
    const child = spawn(process.execPath, [...options, directory, this.password], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.add(child);
    this.started.push(directory);
    await once(child, 'spawn');
    return child;
  }

  /** As the kernel does when memory runs out: the process has no say. */
  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stopAll(): Promise<void> {
    for (const child of this.children) await this.kill(child);
    for (const server of this.running) await server.stop();
    for (const directory of this.started.splice(0)) await stopAbandonedPostgres(directory);
    for (const copy of this.copies.splice(0)) await rm(copy, { recursive: true });
    this.children.clear();
    this.running.clear();
  }

  remove(): Promise<void> {
    return rm(this.scratch, { recursive: true, force: true });
  }
}

/** A zombie is not: it has ended, and its new parent takes its time to notice. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout !== '' && !stdout.startsWith('Z');
}

/** One statement in a session of its own. */
export async function query(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
