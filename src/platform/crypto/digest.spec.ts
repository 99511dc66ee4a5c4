import { describe, expect, it } from '@jest/globals';
import { randomId, randomPassingId, randomToken, sameDigest, sha256, sha256Hex } from './digest.js';

describe('digests', () => {
  it('are SHA-256 (FIPS 180-4, the example "abc")', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('abc').toString('hex')).toBe(sha256Hex('abc'));
  });

  it('are the same only where every byte is', () => {
    expect(sameDigest(sha256('a'), sha256('a'))).toBe(true);
    expect(sameDigest(sha256('a'), sha256('b'))).toBe(false);
  });

  it('of different lengths are different, without an exception', () => {
    expect(sameDigest(sha256('a'), sha256('a').subarray(0, 31))).toBe(false);
  });
});

describe('random values', () => {
  it('are tokens of 256 bits in base64url by default, or as long as asked', () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
    expect(randomToken(16)).toMatch(/^[\w-]{22}$/);
    expect(randomToken()).not.toBe(randomToken());
  });

  it('are ids for a moment of UUID version 4, each another, however many are asked for', () => {
    const ids = Array.from({ length: 5000 }, randomPassingId);
    const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(ids.filter((id) => !shape.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are ids of UUID version 7 that sort in the order of their making', () => {
    const ids = Array.from({ length: 1000 }, randomId);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
  });
});
