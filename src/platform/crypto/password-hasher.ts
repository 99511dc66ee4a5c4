import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { scrypt, timingSafeEqual } from 'node:crypto';
import { BoundedQueue, type QueueLimits } from './bounded-queue.js';
import { randomToken } from './digest.js';
import { readPasswordHash, type PasswordHashFormat } from './password-hash-format.js';

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
   * Whether the password is the one that was hashed, here or by a system before (`readPasswordHash`). Where there is no
   * account or it has no password, pass null: the answer is false and takes as long, so that its time does not tell
   * which. Rejects with `Overloaded`.
   */
  verify(storedHash: string | null, password: string): Promise<boolean> {
    return this.queue.run(async () => {
      // What the dummy was made from is known to no one, so nothing matches it.
      const stored = storedHash ?? (await this.dummyHash);
      const format = readPasswordHash(stored);
      if (format?.algorithm === 'argon2id') return verify(stored, normalized(password));
      // A system before took the password as it was typed.
      return (await verifyForeign(stored, format, password)) || verifyNormalized(stored, format, password);
    });
  }

  /** The algorithm of a hash that is weaker than what is made today, and is to be replaced; null for one that is not. */
  weaknessOf(storedHash: string): PasswordHashFormat['algorithm'] | null {
    const format = readPasswordHash(storedHash);
    if (format?.algorithm !== 'argon2id') return format?.algorithm ?? null;
    const { memoryKib, passes } = format;
    const { memoryCost, timeCost } = parameters;
    return memoryKib < memoryCost || memoryKib * passes < memoryCost * timeCost ? 'argon2id' : null;
  }
}

/** One password in the several byte forms that keyboards produce is one password (NIST SP 800-63B-4, 3.1.1.2). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** A keyboard may send another form of the same text than the one that the old system once hashed. */
async function verifyNormalized(stored: string, format: PasswordHashFormat | null, password: string): Promise<boolean> {
  const text = normalized(password);
  return text !== password && verifyForeign(stored, format, text);
}

async function verifyForeign(stored: string, format: PasswordHashFormat | null, password: string): Promise<boolean> {
  if (format?.algorithm === 'bcrypt') {
    const matches = await verifyBcrypt(password, stored);
    // bcrypt repeats the password with a NUL between, so that "ab" and "ab\0ab" are one to it. No one types a NUL.
    return matches && !password.includes('\0');
  }
  return format?.algorithm === 'scrypt' && verifyScrypt(format, password);
}

type ScryptHash = Extract<PasswordHashFormat, { readonly algorithm: 'scrypt' }>;

function verifyScrypt({ cost, blockSize, parallelism, salt, key }: ScryptHash, password: string): Promise<boolean> {
  // Node.js counts a little more than the algorithm's 128 N r.
  const options = { cost, blockSize, parallelization: parallelism, maxmem: 128 * blockSize * (cost + parallelism + 2) };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, key.length, options, (error, derived) => {
      if (error) reject(error);
      else resolve(timingSafeEqual(derived, key));
    });
  });
}
