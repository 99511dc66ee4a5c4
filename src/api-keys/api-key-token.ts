import { hasChecksum, randomTokenWithChecksum } from '../platform/crypto/checksummed-token.js';
import { Secret } from '../platform/crypto/secret.js';

/**
 * A key is a pair. Each half is a token with a checksum.
 * Anchored here; a scanner leaves the anchors out.
 */
export const publicKeyShape = /^pk-gh-[0-9A-Za-z]{28}$/;
export const secretKeyShape = /^sk-gh-[0-9A-Za-z]{49}$/;

/** A secret that configuration brought along from another system. It has no checksum, and is long enough not to be guessed. */
const foreignSecretShape = /^sk-(?!gh-)[\x21-\x7e]{29,253}$/;
const foreignPublicShape = /^pk-(?!gh-)[\x21-\x39\x3b-\x7e]{13,125}$/;

export interface KeyPair {
  /** Names the key: it may stand in logs and on the trail. */
  readonly publicKey: string;
  /** 256 random bits. */
  readonly secretKey: Secret;
}

export function issueKeyPair(): KeyPair {
  return {
    publicKey: randomTokenWithChecksum('pk-gh-', 16),
    secretKey: Secret.of(randomTokenWithChecksum('sk-gh-', 32)),
  };
}

/** Whether it is worth looking for: one of ours with a right checksum, or one from another system. */
export function isSecretKey(key: string): boolean {
  return secretKeyShape.test(key) ? hasChecksum(key) : foreignSecretShape.test(key);
}

/** As `isSecretKey`, for the public half. */
export function isPublicKey(key: string): boolean {
  return publicKeyShape.test(key) ? hasChecksum(key) : foreignPublicShape.test(key);
}

/** What a list shows in place of a secret, so that its owner can tell it from others: the start and the last four. */
export function displayOf(secretKey: Secret): string {
  const key = secretKey.reveal();
  const prefix = /^sk-(?:gh-)?/.exec(key)?.[0] ?? '';
  return `${prefix}…${key.slice(-4)}`;
}
