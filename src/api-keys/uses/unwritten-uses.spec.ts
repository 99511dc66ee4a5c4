import { describe, expect, it } from '@jest/globals';
import { UnwrittenUses, type KeyUses } from './unwritten-uses.js';

const at = (seconds: number) => new Date(seconds * 1_000);
const from = (ip: string | null, userAgent: string | null = 'curl/8') => ({ ip, userAgent });
const callersIn = (batch: ReadonlyMap<string, KeyUses>) =>
  [...batch].map(([id, { callers }]) => [id, callers.map(({ address }) => address)]);

/** As when a batch is written at once. */
function write(uses: UnwrittenUses): ReadonlyMap<string, KeyUses> {
  const batch = uses.take();
  uses.wereWritten(batch);
  return batch;
}

describe('uses that are not written yet', () => {
  it('are one for each caller, from the first to the last', () => {
    const uses = new UnwrittenUses();
    uses.add('key', from('192.0.2.1'), at(1));
    uses.add('key', from('192.0.2.1'), at(2));
    uses.add('key', from('192.0.2.1', 'node'), at(3));
    uses.add('key', from(null, null), at(4));
    const callers = [
      { address: '192.0.2.1', userAgent: 'curl/8', first: at(1), last: at(2) },
      { address: '192.0.2.1', userAgent: 'node', first: at(3), last: at(3) },
      { address: '', userAgent: '', first: at(4), last: at(4) },
    ];
    expect([...uses.take()]).toEqual([['key', { first: at(1), last: at(4), callers }]]);
    expect(uses.take().size).toBe(0);
  });

  it('are not written again in that generation and the next, but for a caller who is new', () => {
    const uses = new UnwrittenUses();
    const known = () => ['192.0.2.1', '192.0.2.2'].map((ip) => uses.isWritten('key', from(ip)));
    uses.add('key', from('192.0.2.1'), at(1));
    expect(known()).toEqual([false, false]);
    write(uses);
    expect(known()).toEqual([true, false]);
    expect([uses.isWritten('key', from('192.0.2.1', 'node')), uses.isWritten('other', from('192.0.2.1'))]).toEqual([
      false,
      false,
    ]);
    uses.nextGeneration();
    expect(known()).toEqual([true, false]);
    uses.add('key', from('192.0.2.2'), at(2));
    write(uses);
    expect(known()).toEqual([true, true]);
    uses.nextGeneration();
    expect(known()).toEqual([false, true]);
  });

  it('tell of twenty callers of one key in a generation, however many come, and always that it was used', () => {
    const uses = new UnwrittenUses();
    for (let n = 0; n < 15; n += 1) uses.add('key', from(`192.0.2.${n}`), at(n));
    write(uses);
    for (let n = 15; n < 1_000; n += 1) uses.add('key', from(`address ${n}`), at(n));
    const later = write(uses).get('key');
    expect([later?.callers.length, later?.last]).toEqual([5, at(999)]);
    expect(uses.isWritten('key', from('one more'))).toBe(true);
    uses.nextGeneration();
    expect(uses.isWritten('key', from('one more'))).toBe(false);
  });

  it('tell of twenty thousand callers in all', () => {
    const uses = new UnwrittenUses();
    for (let key = 0; key < 1_500; key += 1)
      for (let n = 0; n < 20; n += 1) uses.add(`key ${key}`, from(`${n}`), at(n));
    const batch = write(uses);
    expect(batch.size).toBe(1_500);
    expect([...batch.values()].flatMap(({ callers }) => callers)).toHaveLength(20_000);
    expect([uses.isWritten('key 0', from('one more')), uses.isWritten('key 1499', from('0'))]).toEqual([true, true]);
    uses.nextGeneration();
    uses.add('key 1499', from('0'), at(1));
    expect(callersIn(uses.take())).toEqual([['key 1499', ['0']]]);
  });

  it('keep no more of a caller than a column takes', () => {
    const uses = new UnwrittenUses();
    const long = from('9'.repeat(46), 'a'.repeat(20_000));
    uses.add('key', long, at(1));
    expect(write(uses).get('key')?.callers).toMatchObject([{ address: '', userAgent: 'a'.repeat(300) }]);
    expect(uses.isWritten('key', long)).toBe(true);
  });

  it('come again where they could not be written, with those that have come meanwhile', () => {
    const uses = new UnwrittenUses();
    uses.add('key', from('192.0.2.1'), at(1));
    const failed = uses.take();
    uses.add('key', from('192.0.2.1'), at(2));
    uses.add('key', from('192.0.2.2'), at(3));
    uses.add('other', from('192.0.2.3'), at(4));
    uses.putBack(failed);
    const batch = uses.take();
    expect(callersIn(batch)).toEqual([
      ['key', ['192.0.2.1', '192.0.2.2']],
      ['other', ['192.0.2.3']],
    ]);
    expect(batch.get('key')).toMatchObject({ first: at(1), last: at(3), callers: [{ first: at(1), last: at(2) }, {}] });
  });

  it('stay as few while nothing can be written', () => {
    const uses = new UnwrittenUses();
    for (let round = 0; round < 10; round += 1) {
      const failed = uses.take();
      for (let n = 0; n < 20; n += 1) uses.add('key', from(`${round} ${n}`), at(round));
      uses.putBack(failed);
      uses.nextGeneration();
    }
    expect(uses.take().get('key')?.callers).toHaveLength(20);
  });
});
