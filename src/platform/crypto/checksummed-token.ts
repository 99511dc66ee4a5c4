import { crc32 } from 'node:zlib';
import { randomHex } from './digest.js';

/**
 * Tokens that tell by themselves whether they were mistyped: a prefix, random digits of base 62, and six more digits that
 * are the CRC-32 of all before them. A typing mistake is refused without asking the database, and a secret scanner has no
 * false alarms.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);

/** Enough digits of base 62 for the 32 bits of the checksum. */
const CHECKSUM_DIGITS = 6;

/** @param bytes how many random ones: 16 give 22 digits, 32 give 43, and the checksum its six */
export function randomTokenWithChecksum(prefix: string, bytes: 16 | 32): string {
  const length = Math.ceil((bytes * 8) / Math.log2(ALPHABET.length));
  return withChecksum(prefix + digits(BigInt(`0x${randomHex(bytes)}`), length));
}

/** Whether the last six characters are the checksum of all before them. */
export const hasChecksum = (token: string): boolean => token.endsWith(checksumOf(token.slice(0, -CHECKSUM_DIGITS)));

const withChecksum = (text: string): string => text + checksumOf(text);

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
