import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { compared } from './timing.js';

describe('two things that are timed in turns', () => {
  it('lie apart where one takes longer', async () => {
    const { apart } = await compared({ first: () => sleep(2), second: () => sleep(6) }, 1);
    expect(apart).toBeGreaterThan(0.4);
  });

  it('do not lie apart where the machine grows slow for both in the middle of a round', async () => {
    let acts = 0;
    const act = () => sleep((acts += 1) <= 61 ? 2 : 8);
    const { apart } = await compared({ first: act, second: act }, 1);
    expect(apart).toBeLessThan(0.3);
  });
});
