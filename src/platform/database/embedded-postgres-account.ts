import type { Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** An unprivileged user: PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom PostgreSQL must run as; undefined where that is simply us.
 * An existing cluster keeps its owner, so it still opens after the machine has gained a `postgres` user.
 */
export async function accountFor(cluster: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };

  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user?.[2] && user[3]) return { uid: Number(user[2]), gid: Number(user[3]) };
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and there is no user "postgres" or "nobody": start as another user, or set DATABASE_URL.',
  );
}

/** The first step on the way to `target`, itself included, that the account may not take; undefined where all are open. */
export async function closedStep(target: string, account: Account | undefined): Promise<string | undefined> {
  if (!account) return undefined;
  for (const step of stepsTo(await realpath(target))) {
    if (!mayPass(await stat(step), account)) return step;
  }
  return undefined;
}

function stepsTo(target: string): string[] {
  const parent = path.dirname(target);
  return parent === target ? [target] : [...stepsTo(parent), target];
}

/** One execute bit decides, to enter a folder as to run a file. Access lists are not read: at worst we copy needlessly. */
function mayPass(entry: Stats, account: Account): boolean {
  const shift = entry.uid === account.uid ? 6 : entry.gid === account.gid ? 3 : 0;
  return ((entry.mode >> shift) & 1) === 1;
}
