import { closeSync, openSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error.js';

/** A directory that is ours until released, or until this process dies, however it dies. */
export interface Claim {
  release(): void;
}

/** The longest address of a UNIX socket (macOS; Linux has four more). A longer one is cut off in silence. */
const LONGEST_ADDRESS = 103;
/** A process that accepts and says nothing is busy, stopped or debugged: alive all the same. */
const ANSWER_MS = 2_000;

/** How many this process has made: a name is not used again, not even within a millisecond. */
let claims = 0;

/**
 * Claims a directory for this process, or fails when another living process has it.
 *
 * The claim is a listening socket, not a process id in a file: the kernel closes it with the process, so it cannot outlive a
 * `kill -9`, be mistaken for a later process of the same id, or be invisible from another container that shares the directory.
 * Each claimant has a socket name that is never used again, hence a dead one can be swept without the risk of sweeping a
 * successor. Of two that arrive at once the earlier name wins: the later gives up, the earlier waits until it has.
 */
export async function claimDirectory(directory: string): Promise<Claim> {
  if (process.platform === 'win32') return claimPipe(directory);

  const folder = openSync(directory, 'r');
  const own = `owner-${Date.now().toString(36)}-${process.pid}-${(claims += 1)}.sock`;
  const claimant = new Claimant();
  try {
    await claimant.listen(addressOf(directory, folder, own));
    for (const other of await socketsIn(directory)) {
      if (other !== own) await yieldTo(other, own, directory, folder);
    }
  } catch (error) {
    claimant.close();
    closeSync(folder);
    throw error;
  }
  claimant.standing = 'owner';
  return {
    release: () => {
      claimant.close();
      closeSync(folder);
    },
  };
}

type Standing = 'candidate' | 'owner';

/** Answers whoever connects with its standing and process id. */
class Claimant {
  standing: Standing = 'candidate';
  private readonly server = net.createServer((socket) => {
    socket.unref().on('error', () => undefined);
    socket.end(`${this.standing} ${process.pid}`);
  });

  listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).unref();
      // Any user may ask: root must see the claim of an ordinary user, and the reverse.
      this.server.listen({ path: address, readableAll: true, writableAll: true }, resolve);
    });
  }

  /** Ends the claim at once, and removes its file. */
  close(): void {
    this.server.close();
  }
}

async function yieldTo(other: string, own: string, directory: string, folder: number): Promise<void> {
  for (;;) {
    const found = await ask(addressOf(directory, folder, other));
    if (!found) return rm(path.join(directory, other), { force: true });
    if (found.standing === 'owner' || other < own) throw inUse(directory, found.pid);
    await sleep(20);
  }
}

/** Who listens there; undefined where nobody does any more. */
function ask(address: string): Promise<{ standing: Standing; pid?: string | undefined } | undefined> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(address);
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('error', (error) => {
      const code = codeOf(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(undefined);
      else if (code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => {
      const [standing, pid] = answer.split(' ');
      resolve({ standing: standing === 'candidate' ? 'candidate' : 'owner', pid });
    });
  });
}

async function socketsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^owner-.*\.sock$/.test(name));
}

function addressOf(directory: string, folder: number, name: string): string {
  const address = path.join(directory, name);
  if (Buffer.byteLength(address) <= LONGEST_ADDRESS) return address;
  if (process.platform === 'linux') return `/proc/self/fd/${folder}/${name}`;
  throw new EmbeddedPostgresError(`${directory} is too long a path for a socket: choose a shorter DATA_DIR.`);
}

/** Windows: a named pipe is exclusive and leaves nothing behind. */
async function claimPipe(directory: string): Promise<Claim> {
  const claimant = new Claimant();
  try {
    await claimant.listen(`\\\\.\\pipe\\gatehouse-${directory.replace(/[^\w.-]+/g, '-').toLowerCase()}`);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? inUse(directory, undefined) : error;
  }
  return {
    release: () => {
      claimant.close();
    },
  };
}

function inUse(directory: string, pid: string | undefined): EmbeddedPostgresError {
  const holder = pid ? `another process (${pid})` : 'another process';
  return new EmbeddedPostgresError(
    `The database in ${directory} is in use by ${holder}: stop that first, or choose another DATA_DIR.`,
  );
}
