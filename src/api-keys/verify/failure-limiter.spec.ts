import { describe, expect, it } from '@jest/globals';
import { FailureLimiter } from './failure-limiter.js';

const start = Date.parse('2026-01-01T00:00:00Z');

describe('the limiter of wrong keys', () => {
  it('lets three hundred failures a minute pass, and says then how long to wait', () => {
    const limiter = new FailureLimiter();
    const answers = Array.from({ length: 301 }, () => limiter.count('192.0.2.1', start + 15_000));
    expect(answers.slice(0, 300).every((wait) => wait === null)).toBe(true);
    expect(answers[300]).toBe(60);
    expect(limiter.count('192.0.2.1', start + 74_900)).toBe(1);
  });

  it('counts each network by itself, and afresh when the minute is over', () => {
    const limiter = new FailureLimiter();
    for (let failure = 0; failure < 300; failure += 1) limiter.count('192.0.2.1', start);
    expect(limiter.count('192.0.2.2', start)).toBeNull();
    expect(limiter.count('192.0.2.1', start)).toBe(60);
    expect(limiter.count('192.0.2.1', start + 60_000)).toBeNull();
  });

  it('keeps ten thousand networks and no more, however many come by', () => {
    const limiter = new FailureLimiter();
    for (let failure = 0; failure < 300; failure += 1) limiter.count('first', start);
    for (let network = 0; network < 9_999; network += 1) limiter.count(`other-${network}`, start);
    expect(limiter.count('first', start)).toBe(60);
    limiter.count('one-too-many', start);
    expect(limiter.count('first', start)).toBeNull();
  });
});
