import { hash, verify } from '@node-rs/argon2';
import { BoundedQueue, type QueueLimits } from './bounded-queue.js';
import { randomToken } from './digest.js';

/** The library's `Algorithm` is a const enum, which `isolatedModules` cannot import. */
const ARGON2ID = 2;

/** What OWASP asks at the least: 19 MiB, two passes, one lane; 8 to 27 ms of one core, by machine. */
const parameters = { algorithm: ARGON2ID, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Two at once leave half of libuv's four threads to files and names; 500 waiting are a few seconds of work. */
const defaultLimits: QueueLimits = { concurrency: 2, maxQueue: 500 };

/** Hashes passwords with argon2id (RFC 9106), a few at a time, so that a flood of sign-ins does not starve the rest. */
export class PasswordHasher {
  private readonly queue: BoundedQueue;
  private readonly dummyHash: Promise<string>;

  constructor(limits: QueueLimits = defaultLimits) {
    this.queue = new BoundedQueue(limits);
    // Made now, so that the first sign-in to an unknown account costs no more than the second. A failure is `verify`'s to tell.
    this.dummyHash = hash(randomToken(), parameters);
    this.dummyHash.catch(() => undefined);
  }

  /** In the PHC string format, with its parameters and its own salt. Rejects with `Overloaded`. */
  hash(password: string): Promise<string> {
    return this.queue.run(() => hash(normalized(password), parameters));
  }

  /**
   * Whether the password is the one that was hashed. Where there is no account or it has no password, pass null: the
   * answer is false and takes as long, so that its time does not tell which. Rejects with `Overloaded`.
   */
  verify(storedHash: string | null, password: string): Promise<boolean> {
    return this.queue.run(async () => {
      // What the dummy was made from is known to no one, so nothing matches it.
      return verify(storedHash ?? (await this.dummyHash), normalized(password));
    });
  }
}

/** One password in the several byte forms that keyboards produce is one password (NIST SP 800-63B-4, 3.1.1.2). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}
