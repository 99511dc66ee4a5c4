import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Secret } from './secret.js';

const VERSION = 'v1';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key of 256 random bits and the name under which ciphertexts refer to it. */
export interface CipherKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Where a ciphertext is stored. It can be read there and nowhere else: it is authenticated with each. */
export interface CipherPlace {
  readonly table: string;
  readonly column: string;
  /** Primary key of the row. */
  readonly row: string;
}

/** Why a stored value was refused: not of our format, of a key we no longer hold, or altered or moved. */
export type DecryptionFailure = 'malformed' | 'unknown-key' | 'tampered';

export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';

  constructor(
    readonly reason: DecryptionFailure,
    { table, column, row }: CipherPlace,
  ) {
    super(`${table}.${column} of ${row} cannot be decrypted: ${reason}`);
  }
}

/**
 * Reads `ENCRYPTION_KEY`: 64 hex digits. The id is taken from the key, so that no one has to keep a list of names.
 * @throws Error where it is not 64 hex digits; the message does not repeat it
 */
export function cipherKeyFrom(hex: Secret): CipherKey {
  if (!/^[0-9a-f]{64}$/i.test(hex.reveal())) throw new Error('An encryption key must be 64 hexadecimal digits');
  const key = Buffer.from(hex.reveal(), 'hex');
  const id = createHash('sha256').update('gatehouse/cipher-key-id/v1\0').update(key).digest('hex').slice(0, 8);
  return { id, key };
}

/**
 * Encrypts secrets that must be read again (client secrets of identity providers): AES-256-GCM (NIST SP 800-38D) with
 * a random 96-bit IV, stored as `v1.<key id>.<iv>.<ciphertext and tag>`. To change the key, put the new one first and
 * keep the old among the previous ones until nothing stored names it.
 */
export class Cipher {
  private readonly current: CipherKey;
  private readonly keys: ReadonlyMap<string, Buffer>;

  constructor(keys: { current: CipherKey; previous?: readonly CipherKey[] }) {
    const all = [keys.current, ...(keys.previous ?? [])];
    if (all.some(({ key }) => key.length !== KEY_BYTES)) throw new Error('An encryption key must be 32 bytes long');
    this.keys = new Map(all.map(({ id, key }) => [id, key]));
    if (this.keys.size !== all.length) throw new Error('Two encryption keys have one id');
    this.current = keys.current;
  }

  encrypt(plain: Secret, place: CipherPlace): string {
    const { id, key } = this.current;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(contextOf(id, place));
    const sealed = Buffer.concat([cipher.update(plain.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, id, iv.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws DecryptionError */
  decrypt(stored: string, place: CipherPlace): Secret {
    const [version, id, ivText, sealedText, ...rest] = stored.split('.');
    const iv = fromBase64Url(ivText);
    const sealed = fromBase64Url(sealedText);
    if (version !== VERSION || id === undefined || rest.length > 0 || iv?.length !== IV_BYTES || !sealed) {
      throw new DecryptionError('malformed', place);
    }
    const key = this.keys.get(id);
    if (!key) throw new DecryptionError('unknown-key', place);

    const tagStart = sealed.length - TAG_BYTES;
    if (tagStart < 0) throw new DecryptionError('malformed', place);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(contextOf(id, place));
    decipher.setAuthTag(sealed.subarray(tagStart));
    try {
      return Secret.of(decipher.update(sealed.subarray(0, tagStart), undefined, 'utf8') + decipher.final('utf8'));
    } catch {
      throw new DecryptionError('tampered', place);
    }
  }
}

/** The associated data. JSON keeps the parts apart: `a` + `bc` never equals `ab` + `c`. */
function contextOf(keyId: string, { table, column, row }: CipherPlace): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, table, column, row]));
}

/** Strictly: one text for one value, where `Buffer.from` would skip what it does not know. */
function fromBase64Url(text: string | undefined): Buffer | null {
  const bytes = Buffer.from(text ?? '', 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
