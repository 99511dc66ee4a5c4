import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Account, closedStep } from './embedded-postgres-account.js';
import type { Binaries } from './embedded-postgres-binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { run } from './embedded-postgres-process.js';

/** Where an embedded database lives and who runs it. */
export interface Place {
  /** Holds the cluster, the claim and the log; ours. */
  readonly directory: string;
  /** PostgreSQL's own files. */
  readonly cluster: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/**
 * `kept` survives a power cut and asks for a password, since every program of the machine can reach the port;
 * `throwaway` trades both for speed.
 */
export type Durability =
  { readonly durability: 'kept'; readonly password: string } | { readonly durability: 'throwaway' };

/**
 * The name under which PostgreSQL can open its cluster. It runs as another user than root, who may not be able to walk to a
 * folder below, say, /root. It needn't walk if it stands there: we start it inside the cluster, and Linux has a name for that.
 */
export async function nameForServer(cluster: string, account: Account | undefined): Promise<string> {
  const closed = await closedStep(path.dirname(cluster), account);
  if (!closed) return cluster;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user it runs as may not enter ${closed}: choose another DATA_DIR, or set DATABASE_URL.`,
  );
}

/** Makes the cluster unless it is there. It gets its name when it is complete, so one cut short is never taken for a database. */
export async function makeCluster(place: Place, durability: Durability): Promise<void> {
  await removeUnfinished(place.directory);
  if (existsSync(place.cluster)) return;

  const fresh = await mkdtemp(`${place.cluster}.new-`);
  await chmod(fresh, 0o700);
  await give(fresh, place.account);
  await initialise(fresh, place, durability);
  await rename(fresh, place.cluster);
  if (durability.durability === 'kept') await syncFolder(place.directory);
}

async function initialise(
  fresh: string,
  { directory, account, binaries }: Place,
  durability: Durability,
): Promise<void> {
  const initdb = (args: string[], handle?: number) =>
    run(binaries.initdb, [...args, '--username=postgres', '--no-instructions', ...locale], {
      cwd: fresh,
      account,
      ...(handle === undefined ? {} : { handle }),
    });
  const data = `--pgdata=${await nameForServer(fresh, account)}`;
  if (durability.durability === 'throwaway') return initdb([data, '--auth=trust', '--no-sync']);

  const file = path.join(directory, `password.new-${process.pid}`);
  await writeFile(file, durability.password, { mode: 0o600 });
  const handle = await open(file);
  try {
    await give(file, account);
    const pwfile = process.platform === 'win32' ? file : '/dev/fd/3';
    await initdb([data, '--auth=scram-sha-256', `--pwfile=${pwfile}`], handle.fd);
  } finally {
    await handle.close();
    await rm(file);
  }
}

/** Sorting and case by PostgreSQL's own Unicode tables, the same on every system. pg_trgm still asks the C library for letters. */
const libcLocales: Partial<Record<NodeJS.Platform, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' };
const locale = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  `--locale=${libcLocales[process.platform] ?? 'C'}`,
];

/** What a start left behind that was killed before its cluster was complete. */
async function removeUnfinished(directory: string): Promise<void> {
  const unfinished = (await readdir(directory)).filter((name) => /^(cluster|password)\.new-/.test(name));
  for (const name of unfinished) {
    await rm(path.join(directory, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Lets the account have a file that we made as root. */
export async function give(file: string, account: Account | undefined): Promise<void> {
  if (!account) return;
  await chown(file, account.uid, account.gid).catch((cause: unknown) => {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and this root may not hand ${file} to another user: start as another user, or set DATABASE_URL.`,
      { cause },
    );
  });
}

/** Windows cannot open a folder, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
