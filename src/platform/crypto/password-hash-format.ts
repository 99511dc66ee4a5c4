/** A stored hash of a password, read as far as checking it takes. */
export type PasswordHashFormat =
  | { readonly algorithm: 'argon2id'; readonly memoryKib: number; readonly passes: number; readonly lanes: number }
  | { readonly algorithm: 'bcrypt'; readonly cost: number }
  | {
      readonly algorithm: 'scrypt';
      /** N, a power of two. */
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelism: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    };

const MEBIBYTE = 1024 * 1024;

/** What checking one password may take: hashes come from elsewhere, and each of their sign-ins has to be paid for. */
const MOST_MEMORY = 128 * MEBIBYTE;
const MOST_BCRYPT_COST = 14;
const MOST_PASSES = 10;
const MOST_SCRYPT_WORK = 512 * MEBIBYTE;

const argon2id = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;
const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const scrypt =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})={0,2}\$([A-Za-z0-9+/]{22,86})={0,2}$/;

/**
 * Reads one of these, or gives null:
 * - `$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>` (RFC 9106, PHC string format)
 * - `$2a$`, `$2b$` or `$2y$` of bcrypt, cost 4 to 14
 * - `$scrypt$ln=<log2 N>,r=<block size>,p=<parallelism>$<salt>$<hash>` (RFC 7914), salt and hash in Base64
 */
export function readPasswordHash(stored: string): PasswordHashFormat | null {
  return readArgon2id(stored) ?? readBcrypt(stored) ?? readScrypt(stored);
}

function readArgon2id(stored: string): PasswordHashFormat | null {
  const [memoryKib = 0, passes = 0, lanes = 0] = numbersOf(argon2id.exec(stored));
  const bearable = memoryKib * 1024 <= MOST_MEMORY && passes <= MOST_PASSES && lanes <= 16;
  // RFC 9106, 3.1: eight kibibytes for each lane at the least.
  const sound = passes >= 1 && lanes >= 1 && memoryKib >= 8 * lanes;
  return bearable && sound ? { algorithm: 'argon2id', memoryKib, passes, lanes } : null;
}

function readBcrypt(stored: string): PasswordHashFormat | null {
  const [cost = 0] = numbersOf(bcrypt.exec(stored));
  return cost >= 4 && cost <= MOST_BCRYPT_COST ? { algorithm: 'bcrypt', cost } : null;
}

function readScrypt(stored: string): PasswordHashFormat | null {
  const found = scrypt.exec(stored);
  const [log = 0, blockSize = 0, parallelism = 0] = numbersOf(found);
  const [cost, memory] = [2 ** log, 128 * 2 ** log * blockSize];
  if (log < 1 || memory < 1 || memory > MOST_MEMORY || parallelism < 1 || memory * parallelism > MOST_SCRYPT_WORK)
    return null;
  const [salt, key] = [Buffer.from(found?.[4] ?? '', 'base64'), Buffer.from(found?.[5] ?? '', 'base64')];
  return { algorithm: 'scrypt', cost, blockSize, parallelism, salt, key };
}

const numbersOf = (found: RegExpExecArray | null): number[] => (found ?? []).slice(1, 4).map(Number);
