import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, type FileHandle, mkdir, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountFor } from './embedded-postgres-account.js';
import { findPackage, prepareBinaries } from './embedded-postgres-binaries.js';
import { type Durability, give, makeCluster, nameForServer, type Place } from './embedded-postgres-cluster.js';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error.js';
import { claimDirectory } from './embedded-postgres-owner.js';
import {
  bareEnvironment,
  cannotRun,
  complaintIn,
  isServerOf,
  markOf,
  readPostmaster,
  shutDown,
} from './embedded-postgres-process.js';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Of the postmaster. */
  readonly pid: number;
  /** Ends all sessions, shuts down cleanly and gives the directory free. Safe to call twice. */
  stop(): Promise<void>;
}

export type EmbeddedPostgresOptions = Durability & {
  /** Made if absent. Afterwards it holds the cluster, the log and the claim of whoever runs it. */
  readonly directory: string;
  /** PostgreSQL's log; `postgres.log` in the directory unless given. */
  readonly log?: string | undefined;
};

/**
 * A port may be taken between our asking and its use, an orphan may be so young that it shows itself only now, and the
 * children of a killed server need a moment to notice.
 */
const ATTEMPTS = 5;
const PAUSE_MS = 300;
const LOG_KEPT_BYTES = 10_000_000;

/**
 * Starts PostgreSQL on a directory, for this process alone and on loopback alone; the first start makes the cluster (a second
 * or two). A server that a killed process left running there is stopped first, cleanly: what it committed is kept.
 *
 * @throws EmbeddedPostgresError, in one line, where the directory is in use, or PostgreSQL cannot run on this machine
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await prepare(options.directory);
  const claim = await claimDirectory(place.directory);
  try {
    await makeCluster(place, options);
    const server = await launch(place, options);
    const user = options.durability === 'kept' ? `postgres:${encodeURIComponent(options.password)}` : 'postgres';
    let stopped: Promise<void> | undefined;
    return {
      url: `postgres://${user}@127.0.0.1:${server.port}/postgres`,
      pid: server.pid,
      stop: () => (stopped ??= stopServer(server, place).finally(() => claim.release())),
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Stops what a killed process left running in a directory. Fails where a living one uses it. */
export async function stopAbandonedPostgres(directory: string): Promise<void> {
  const place = await prepare(directory);
  const claim = await claimDirectory(place.directory);
  await stopOrphan(place).finally(() => claim.release());
}

async function prepare(wanted: string): Promise<Place> {
  const directory = await makeDirectory(wanted);
  const cluster = path.join(directory, 'cluster');
  const account = await accountFor(cluster);
  await give(directory, account);
  return { directory, cluster, account, binaries: await prepareBinaries(findPackage(), account) };
}

async function makeDirectory(wanted: string): Promise<string> {
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(wanted);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${wanted} cannot hold the database (${codeOf(cause) ?? String(cause)}): start as the user it belongs to, choose another DATA_DIR, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/**
 * We hold the claim, so whatever server runs here has lost its owner. Gives back the process id that an old `postmaster.pid`
 * names if it is not such a server: the machine has since given the number to a stranger, who is left alone.
 */
async function stopOrphan({ directory, cluster, binaries }: Place): Promise<number | undefined> {
  const postmaster = await readPostmaster(cluster);
  if (!postmaster) return undefined;
  const { pid } = postmaster;
  if (!(await isServerOf(directory, pid))) return pid;
  await shutDown(pid, binaries, async () => !(await isServerOf(directory, pid)));
  return undefined;
}

interface Server {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

async function launch(place: Place, options: EmbeddedPostgresOptions): Promise<Server> {
  const log = options.log ?? path.join(place.directory, 'postgres.log');
  const handle = await openLog(log, place);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const stranger = await stopOrphan(place);
      const port = await freePort();
      const { size } = await handle.stat();
      const { child, pid } = await spawnServer(place, settingsFor(place, options, port), stranger, handle);
      if (await becomesReady(child, place.cluster)) return { child, pid, port };
      if (attempt === ATTEMPTS) {
        const said = (await readFile(log)).subarray(size).toString();
        throw new EmbeddedPostgresError(`PostgreSQL did not start: ${complaintIn(said)} (${log})`);
      }
      await sleep(PAUSE_MS);
    }
  } finally {
    await handle.close();
  }
}

async function openLog(log: string, { account }: Place): Promise<FileHandle> {
  const size = (await stat(log).catch(() => undefined))?.size ?? 0;
  if (size > LOG_KEPT_BYTES) await rename(log, `${log}.1`);
  const handle = await open(log, 'a', 0o600);
  if (account) await handle.chown(account.uid, account.gid);
  return handle;
}

/** Nothing is waited for, and the log stays small, for it may well lie in memory. */
const careless = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_wal_size=96MB',
  'min_wal_size=32MB',
];

function settingsFor({ directory }: Place, { durability }: Durability, port: number): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    markOf(directory),
    `port=${port}`,
    'timezone=UTC',
    'log_timezone=UTC',
    'log_checkpoints=off',
    // The detail of an error quotes the row: email addresses and the like stay out of the log.
    'log_error_verbosity=terse',
    ...(durability === 'throwaway' ? careless : []),
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

async function spawnServer(
  { cluster, account, binaries }: Place,
  settings: string[],
  stranger: number | undefined,
  log: FileHandle,
): Promise<Pick<Server, 'child' | 'pid'>> {
  const child = spawn(binaries.postgres, ['-D', await nameForServer(cluster, account), ...settings], {
    ...account,
    cwd: cluster,
    // By this name pg_ctl, too, tells PostgreSQL of a process that is not the server of postmaster.pid.
    env: stranger ? { ...bareEnvironment, PG_GRANDPARENT_PID: String(stranger) } : bareEnvironment,
    stdio: ['ignore', log.fd, log.fd],
    // In a process group of its own: Ctrl-C is for us, who stop PostgreSQL when we have finished with it.
    detached: true,
    windowsHide: true,
  });
  await once(child, 'spawn').catch((error: unknown) => {
    throw cannotRun(binaries.postgres, error);
  });
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw cannotRun(binaries.postgres, 'no process');
  return { child, pid };
}

/** True once it accepts connections, false if it ends instead. However long: it may be replaying a long log. */
async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  while (isRunning(child)) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster?.ready && postmaster.pid === child.pid) return true;
    await sleep(10);
  }
  return false;
}

async function stopServer({ child, pid }: Server, { binaries }: Place): Promise<void> {
  if (isRunning(child)) await shutDown(pid, binaries, () => Promise.resolve(!isRunning(child)));
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
