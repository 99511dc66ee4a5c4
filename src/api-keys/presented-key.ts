import { Secret } from '../platform/crypto/secret.js';
import { isPublicKey, isSecretKey } from './api-key-token.js';

/** A key as a request shows it. */
export interface PresentedKey {
  readonly secretKey: Secret;
  /** Given with HTTP Basic alone; it must then be the secret's own other half. */
  readonly publicKey: string | null;
}

/**
 * Reads `Authorization: Bearer <secret>` (RFC 6750) or HTTP Basic with the public key as the user and the secret as
 * the password (RFC 7617).
 * @returns null for anything that cannot be a key: junk and typing mistakes go no further than here
 */
export function readPresentedKey(authorization: string | undefined): PresentedKey | null {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic) +([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? [];
  return scheme.toLowerCase() === 'basic' ? readBasic(credentials) : readBearer(credentials);
}

function readBearer(secretKey: string): PresentedKey | null {
  return isSecretKey(secretKey) ? { secretKey: Secret.of(secretKey), publicKey: null } : null;
}

function readBasic(credentials: string): PresentedKey | null {
  const pair = Buffer.from(credentials, 'base64').toString();
  const colon = pair.indexOf(':');
  const publicKey = pair.slice(0, colon);
  const secretKey = pair.slice(colon + 1);
  return isPublicKey(publicKey) && isSecretKey(secretKey) ? { secretKey: Secret.of(secretKey), publicKey } : null;
}
