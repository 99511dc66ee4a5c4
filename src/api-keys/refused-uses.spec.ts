import { describe, expect, it } from '@jest/globals';
import { RefusedUses } from './refused-uses.js';

const MINUTE = 60_000;

describe('refused uses of a key', () => {
  it('are told of once in ten minutes, and the next time with how many were left out', () => {
    const uses = new RefusedUses();
    const seconds = Array.from({ length: 1_000 }, (_, second) => second);
    const told = seconds.map((second) => uses.count('key', '192.0.2.7', second * 1_000));
    expect(told.flatMap((leftOut, second) => (leftOut === null ? [] : [[second, leftOut]]))).toEqual([
      [0, 0],
      [600, 599],
    ]);
    expect(uses.count('key', '192.0.2.7', 1_200_000)).toBe(399);
    expect(uses.count('key', '192.0.2.7', 3_000_000)).toBe(0);
  });

  it('are counted for each key and each network by itself', () => {
    const uses = new RefusedUses();
    const places = [
      ['key', '192.0.2.7'],
      ['key', '192.0.2.8'],
      ['other', '192.0.2.7'],
    ] as const;
    for (const [key, network] of places) expect(uses.count(key, network, 0)).toBe(0);
    for (const [key, network] of places) expect(uses.count(key, network, 9 * MINUTE)).toBeNull();
  });

  it('take no more room than ten thousand of them', () => {
    const uses = new RefusedUses();
    expect(uses.count('key', 'first', 0)).toBe(0);
    for (let other = 0; other < 9_999; other += 1) uses.count('key', `network ${other}`, 1);
    expect(uses.count('key', 'first', 2)).toBeNull();
    uses.count('key', 'one more', 3);
    expect(uses.count('key', 'network 0', 4)).toBeNull();
    expect(uses.count('key', 'first', 5)).toBe(0);
  });
});
