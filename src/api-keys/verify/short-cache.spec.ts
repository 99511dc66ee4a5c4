import { describe, expect, it } from '@jest/globals';
import { ShortCache } from './short-cache.js';

function cacheAt(start: number) {
  let now = start;
  return { cache: new ShortCache<string>(() => now), wait: (ms: number) => (now += ms) };
}

describe('a short cache', () => {
  it('keeps a value for half a second, counted from before it was asked for', () => {
    const { cache, wait } = cacheAt(1_000);
    cache.set('key', 'value', 900);
    wait(399);
    expect(cache.get('key')).toBe('value');
    wait(1);
    expect(cache.get('key')).toBeUndefined();
  });

  it('forgets one value, all of them, or one that is still the same', () => {
    const { cache } = cacheAt(0);
    for (const name of ['a', 'b', 'c', 'd']) cache.set(name, name, 0);
    cache.delete('a');
    expect([cache.take('b', 'another'), cache.take('c', 'c'), cache.take('c', 'c')]).toEqual([false, true, false]);
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(name))).toEqual([undefined, 'b', undefined, 'd']);
    cache.clear();
    expect(['b', 'd'].map((name) => cache.get(name))).toEqual([undefined, undefined]);
  });

  it('keeps ten thousand values and no more: the one that was set longest ago goes', () => {
    const { cache } = cacheAt(0);
    for (let entry = 0; entry < 10_000; entry += 1) cache.set(`entry-${entry}`, 'value', 0);
    cache.set('entry-0', 'value', 0);
    cache.set('one-too-many', 'value', 0);
    expect(['entry-0', 'entry-1', 'entry-2', 'one-too-many'].map((name) => cache.get(name))).toEqual([
      'value',
      undefined,
      'value',
      'value',
    ]);
  });
});
