import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Account } from './embedded-postgres-account.js';
import type { Binaries } from './embedded-postgres-binaries.js';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error.js';

/** How long a shutdown may take to write its checkpoint before the server is told to drop everything; the log replays it. */
const SHUTDOWN_MS = 20_000;

/** Nothing of our own environment reaches PostgreSQL: neither our secrets nor the caller's `PGDATA` and `PGOPTIONS`. */
export const bareEnvironment = { LC_ALL: 'C' };

export interface Errand {
  readonly cwd: string;
  readonly account: Account | undefined;
  /** Handed over as file descriptor 3. */
  readonly handle?: number;
}

/** Runs a program to its end as `account`. A failure carries the line in which the program said why. */
export async function run(program: string, args: readonly string[], errand: Errand): Promise<void> {
  const { cwd, account, handle } = errand;
  const child = spawn(program, args, {
    ...account,
    cwd,
    env: bareEnvironment,
    stdio: ['ignore', 'pipe', 'pipe', ...(handle === undefined ? [] : [handle])],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(cannotRun(program, error)));
    child.once('close', resolve);
  });
  if (status !== 0) throw new EmbeddedPostgresError(`${path.basename(program)} failed: ${complaintIn(output)}`);
}

/** Why a program did not even start. */
export function cannotRun(program: string, cause: unknown): EmbeddedPostgresError {
  const code = codeOf(cause) ?? String(cause);
  return new EmbeddedPostgresError(
    `${program} cannot be run here (${code}): set DATABASE_URL to a PostgreSQL server of your own.`,
    { cause },
  );
}

/** The line of PostgreSQL's output that says what went wrong, or else its last one. */
export function complaintIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaint = lines.find((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1);
  return complaint?.replace(/^.*?\b(FATAL|PANIC|error):\s*/, '') ?? 'it said nothing';
}

/** What `postmaster.pid` says of the server that runs, or ran, on a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly ready: boolean;
}

export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = file.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.startsWith('ready') ?? false } : undefined;
}

/** The setting by which a server of ours can be told from any other process, whoever may read its working directory. */
export function markOf(directory: string): string {
  return `gatehouse.directory=${directory}`;
}

/** Whether the process is the server that we started on `directory`, and not a stranger that got its number. */
export async function isServerOf(directory: string, pid: number): Promise<boolean> {
  return ` ${await commandLine(pid)} `.includes(` ${markOf(directory)} `);
}

/** Empty for a process that is gone, a zombie included. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    if (process.platform !== 'win32') return await outputOf('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
    return await outputOf('powershell', ['-NoProfile', '-Command', query]);
  } catch {
    return '';
  }
}

async function outputOf(program: string, args: string[]): Promise<string> {
  return (await promisify(execFile)(program, args, { windowsHide: true })).stdout.trim();
}

/** Stops a server: sessions are ended, changes are on disk. Resolves once `isGone` says so. */
export async function shutDown(pid: number, binaries: Binaries, isGone: () => Promise<boolean>): Promise<void> {
  for (const signal of ['INT', 'QUIT'] as const) {
    await send(signal, pid, binaries);
    const deadline = Date.now() + SHUTDOWN_MS;
    while (Date.now() < deadline) {
      if (await isGone()) return;
      await sleep(10);
    }
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}) does not stop.`);
}

async function send(signal: 'INT' | 'QUIT', pid: number, binaries: Binaries): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals: PostgreSQL listens on a pipe of its own that pg_ctl knows.
    return run(binaries.pgCtl, ['kill', signal, String(pid)], {
      cwd: path.dirname(binaries.pgCtl),
      account: undefined,
    });
  }
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
