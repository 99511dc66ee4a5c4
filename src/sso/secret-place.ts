import type { CipherPlace } from '../platform/crypto/cipher.js';

/** Where a connection's client secret is stored: a ciphertext copied to another row or column can't be read there. */
export function secretPlace(connectionId: string): CipherPlace {
  return { table: 'sso_connections', column: 'client_secret', row: connectionId };
}
