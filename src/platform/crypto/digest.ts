import { hash, randomBytes, randomFillSync, randomInt, timingSafeEqual } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

/**
 * What is stored in place of a token: 32 bytes. Fit for values of full entropy (session ids, API keys, mailed tokens),
 * where a slow hash adds cost and no strength; for passwords there is `PasswordHasher`.
 */
export function sha256(value: string): Buffer {
  return hash('sha256', value, 'buffer');
}

/** As `sha256`, in 44 characters of base64: what a map can find. */
export function sha256Base64(value: string): string {
  return hash('sha256', value, 'base64');
}

/** As `sha256`, in 64 lower-case hex digits. */
export function sha256Hex(value: string): string {
  return sha256(value).toString('hex');
}

/** Compares in a time that does not tell where two digests of one length differ. */
export function sameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An unguessable value in base64url; the default of 32 bytes gives 43 characters. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** `bytes` random bytes in lower-case hex digits: the form of a key in configuration. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** `length` characters of `alphabet`, each as likely as any other: for what people type. */
export function randomCharacters(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** A UUID version 7 (RFC 9562): unique, and later ones sort after earlier ones, which keeps indexes compact. Not a secret. */
export function randomId(): string {
  return uuidv7();
}

const PASSING_ID_BYTES = 16;
/** Random bytes for a thousand ids at once: to ask for those of each takes longer than all the rest of a quick answer. */
const pool = Buffer.alloc(1024 * PASSING_ID_BYTES);
let used = pool.length;

/** 128 random bits in 22 characters of base64url: for what names something for a moment. Not a secret. */
export function randomPassingId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += PASSING_ID_BYTES;
  return pool.toString('base64url', used - PASSING_ID_BYTES, used);
}
