import { createHash } from 'node:crypto';

/**
 * The hash by which an ID token names the access token that came with it (`at_hash`, OpenID Connect Core 3.1.3.6): the
 * left half of the token's digest, in base64url. The digest is that of the ID token's signature.
 * @param alg of the ID token's header; null comes back for one that names no digest
 */
export function tokenHash(alg: string, token: string): string | null {
  const name = digestOf(alg);
  if (name === null) return null;
  const digest = createHash(name).update(token, 'ascii').digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

function digestOf(alg: string): string | null {
  if (alg === 'EdDSA' || alg === 'Ed25519') return 'sha512';
  const bits = /^[A-Z]{2}(256|384|512)$/.exec(alg)?.[1];
  return bits === undefined ? null : `sha${bits}`;
}
