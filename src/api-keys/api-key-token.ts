import { crc32 } from 'node:zlib';
import { randomHex } from '../platform/crypto/digest.js';
import { Secret } from '../platform/crypto/secret.js';

/**
 * A key is a pair. Each half is a prefix, random digits of base 62, and six more digits that are the CRC-32 of all
 * before them: a typing mistake is refused without asking the database, and a secret scanner has no false alarms.
 * Anchored here; a scanner leaves the anchors out.
 */
export const publicKeyShape = /^pk-gh-[0-9A-Za-z]{28}$/;
export const secretKeyShape = /^sk-gh-[0-9A-Za-z]{49}$/;

/** A secret that configuration brought along from another system. It has no checksum, and is long enough not to be guessed. */
const foreignSecretShape = /^sk-(?!gh-)[\x21-\x7e]{29,253}$/;
const foreignPublicShape = /^pk-(?!gh-)[\x21-\x39\x3b-\x7e]{13,125}$/;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);

/** Enough digits of base 62 for 256 and for 128 bits, and for the 32 of the checksum. */
const SECRET_DIGITS = 43;
const PUBLIC_DIGITS = 22;
const CHECKSUM_DIGITS = 6;

export interface KeyPair {
  /** Names the key: it may stand in logs and on the trail. */
  readonly publicKey: string;
  /** 256 random bits. */
  readonly secretKey: Secret;
}

export function issueKeyPair(): KeyPair {
  return {
    publicKey: withChecksum(`pk-gh-${digits(BigInt(`0x${randomHex(16)}`), PUBLIC_DIGITS)}`),
    secretKey: Secret.of(withChecksum(`sk-gh-${digits(BigInt(`0x${randomHex(32)}`), SECRET_DIGITS)}`)),
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

const withChecksum = (text: string): string => text + checksumOf(text);

const hasChecksum = (key: string): boolean => key.endsWith(checksumOf(key.slice(0, -CHECKSUM_DIGITS)));

/** In plain numbers, which hold 32 bits: it is computed for every request with a key. */
function checksumOf(text: string): string {
  let written = '';
  for (let rest = crc32(text); rest > 0; rest = Math.floor(rest / ALPHABET.length)) {
    written = ALPHABET.charAt(rest % ALPHABET.length) + written;
  }
  return written.padStart(CHECKSUM_DIGITS, '0');
}

function digits(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= BASE) text = ALPHABET.charAt(Number(rest % BASE)) + text;
  return text.padStart(length, '0');
}
