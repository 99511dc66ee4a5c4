import type { Check } from './check.types.js';

/** How far clocks may be apart. */
export const SKEW_SECONDS = 60;

/** The largest instant that `Date` knows, in seconds. */
const END_OF_TIME = 8.64e12;

/**
 * A claim of time that does not hold, beside our own clock.
 * @param seconds since 1970, as the claim has them; whatever is no time is told as it is
 * @param now the same, by our clock
 */
export function wrongTime(claim: string, seconds: unknown, now: number): Check {
  const isEnd = claim === 'exp';
  const expected = `${claim} ${isEnd ? 'after' : 'not after'} ${iso(now)}, our time; ${SKEW_SECONDS} s apart are accepted`;
  if (typeof seconds !== 'number' || !(Math.abs(seconds) <= END_OF_TIME)) return { expected, found: String(seconds) };
  const apart = Math.round(Math.abs(now - seconds));
  return { expected, found: `${iso(seconds)}, ${apart} s ${seconds < now ? 'before' : 'after'} our time` };
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
