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

const UUID_BYTES = 16;
/** Random bytes for a thousand ids at once: to ask for those of each takes longer than all the rest of a quick answer. */
const pool = Buffer.alloc(1024 * UUID_BYTES);
let used = pool.length;

/** A UUID version 4 (RFC 9562), for what names something for a moment and is the key of no table. Not a secret. */
export function randomPassingId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + UUID_BYTES);
  // Version 4, and one of the four digits of its variant: the random one's last two bits.
  const variant = '89ab'.charAt((pool[used + 8] ?? 0) & 3);
  used += UUID_BYTES;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
