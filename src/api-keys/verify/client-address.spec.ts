import { describe, expect, it } from '@jest/globals';
import { remembering } from './client-address.js';

describe('which proxies are trusted', () => {
  /** One that trusts 192.0.2.1, and counts what it is asked. */
  function counted() {
    const asked: string[] = [];
    const trusts = remembering((address) => {
      asked.push(address);
      return address === '192.0.2.1';
    });
    return { asked, trusts };
  }

  it('is asked once of each address, and answered alike each time', () => {
    const { asked, trusts } = counted();
    const answers = ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2'].map((address, hop) => trusts(address, hop));
    expect([answers, asked]).toEqual([
      [true, false, true, false],
      ['192.0.2.1', '192.0.2.2'],
    ]);
  });

  it('is remembered of a thousand addresses and no more, and of nothing that is too long for one', () => {
    const { asked, trusts } = counted();
    for (let n = 0; n < 1_000; n += 1) trusts(`address ${n}`, 0);
    for (const address of ['address 0', 'one more', 'address 0', 'address 0']) trusts(address, 0);
    expect(asked.slice(1_000)).toEqual(['one more', 'address 0']);
    const long = '9'.repeat(46);
    for (let n = 0; n < 2; n += 1) trusts(long, 0);
    expect(asked.slice(1_002)).toEqual([long, long]);
  });
});
