import { exportJWK, type JWK } from 'jose';
import {
  createHash,
  createHmac,
  generateKeyPair,
  randomBytes,
  randomUUID,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { promisify } from 'node:util';
import { bend, type JwksMisbehaviour, type JwtMisbehaviour, type Members } from './hostile-misbehaviour.js';

type Algorithm = 'RS256' | 'ES256';

interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

type KeyPairs = Readonly<Record<Algorithm, SigningKey>>;

/** The keys of one provider. */
export interface KeyRing {
  /** The ones that sign, until they are rotated. */
  signing: KeyPairs;
  /** The attacker's: never published. */
  readonly unpublished: KeyPairs;
  /** Published, made when asked for, and never used. */
  readonly decoys: Record<Algorithm, SigningKey[]>;
}

export async function makeKeyRing(): Promise<KeyRing> {
  const [signing, unpublished] = await Promise.all([makeKeyPairs(), makeKeyPairs()]);
  return { signing, unpublished, decoys: { RS256: [], ES256: [] } };
}

export async function makeKeyPairs(): Promise<KeyPairs> {
  const [RS256, ES256] = await Promise.all([makeKey('RS256'), makeKey('ES256')]);
  return { RS256, ES256 };
}

const generate = promisify(generateKeyPair);

async function makeKey(alg: Algorithm): Promise<SigningKey> {
  const pair: KeyPairKeyObjectResult =
    alg === 'RS256' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ec', { namedCurve: 'P-256' });
  return { ...pair, alg, kid: randomUUID() };
}

/** The published JWKS: the key in use for `alg`, and what misbehaviour adds or takes away. */
export async function publishedKeys(ring: KeyRing, alg: Algorithm, how: JwksMisbehaviour = {}): Promise<JWK[]> {
  if (how.publish === 'nothing') return [];
  const decoys = ring.decoys[alg];
  while (decoys.length < (how.decoys ?? 0)) decoys.push(await makeKey(alg));
  const others = decoys.slice(0, how.decoys ?? 0);
  const keys = await Promise.all(
    (how.publish === 'decoys only' ? others : [...others, ring.signing[alg]]).map(publicJwk),
  );
  return keys.map((jwk) => without(jwk, how.withoutMembers) as JWK);
}

export async function publicJwk({ publicKey, kid, alg }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
}

/**
 * Signs by hand rather than with a library: no library signs what must be refused.
 * @param claims what a correct token says
 */
export function signJwt(ring: KeyRing, clientSecret: string, claims: Members, how: JwtMisbehaviour = {}): string {
  const { algorithm = 'RS256' } = how;
  const key = ring.signing[algorithm];
  const { alg, signatureOf } = signer(ring, clientSecret, algorithm, how.signature);
  const header = without({ alg, typ: 'JWT', kid: key.kid, ...how.header }, how.withoutHeader);
  const input = `${encode(header)}.${encode(bend(claims, how.claims, how.without))}`;
  return `${input}.${signatureOf(input).toString('base64url')}`;
}

/** OpenID Connect Core 3.1.3.6: the left half of the hash of the access token. */
export function hashOfAccessToken(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}

interface Signer {
  /** The `alg` that the header claims. */
  readonly alg: string;
  readonly signatureOf: (input: string) => Buffer;
}

function signer(ring: KeyRing, clientSecret: string, alg: Algorithm, how: JwtMisbehaviour['signature']): Signer {
  switch (how) {
    case undefined:
      return { alg, signatureOf: withKey(ring.signing[alg]) };
    case 'corrupted':
      return { alg, signatureOf: (input) => withOneBitOff(withKey(ring.signing[alg])(input)) };
    case 'unpublished key':
      return { alg, signatureOf: withKey(ring.unpublished[alg]) };
    case 'client secret':
      return { alg: 'HS256', signatureOf: withSecret(clientSecret) };
    case 'wrong secret':
      return { alg: 'HS256', signatureOf: withSecret(randomBytes(32)) };
    case 'public key as secret':
      return { alg: 'HS256', signatureOf: withSecret(pem(ring.signing.RS256)) };
    case 'empty':
      return { alg: 'none', signatureOf: () => Buffer.alloc(0) };
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const pem = ({ publicKey }: SigningKey) => publicKey.export({ type: 'spki', format: 'pem' });

/** ES256 wants the bare r and s (RFC 7518 3.4); for RSA the setting means nothing. */
const withKey = ({ privateKey: key }: SigningKey) => {
  return (input: string): Buffer => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
};

const withSecret = (secret: string | Buffer) => {
  return (input: string): Buffer => createHmac('sha256', secret).update(input).digest();
};

function withOneBitOff(signature: Buffer): Buffer {
  signature.writeUInt8(signature.readUInt8(8) ^ 1, 8);
  return signature;
}

function without(members: object, names: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}
