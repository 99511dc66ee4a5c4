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

  it('keeps ten thousand values and no more: the older half goes', () => {
    const { cache } = cacheAt(0);
    for (let entry = 0; entry < 10_000; entry += 1) cache.set(`entry-${entry}`, 'value', 0);
    const kept = () => ['entry-0', 'entry-4999', 'entry-5000', 'one-more'].map((name) => cache.get(name));
    expect(kept()).toEqual(['value', 'value', 'value', undefined]);
    cache.set('one-more', 'value', 0);
    expect(kept()).toEqual([undefined, undefined, 'value', 'value']);
    cache.delete('entry-5000');
    expect(cache.get('entry-5000')).toBeUndefined();
    cache.set('entry-9999', 'another', 0);
    expect(cache.get('entry-9999')).toBe('another');
    cache.delete('entry-9999');
    expect(cache.get('entry-9999')).toBeUndefined();
  });
});
