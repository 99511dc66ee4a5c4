import { describe, expect, it } from '@jest/globals';
import { afterLook, GRACE_MS, lapsesAt, type Standing } from './domain-lifecycle.js';

const now = new Date('2026-11-27T10:00:00.000Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const HOUR = 3_600_000;
const proven = at(-1_000 * HOUR);

const pending: Standing = { status: 'PENDING', verifiedAt: null, failingSince: null, nextCheckAt: null };
const verified: Standing = { status: 'VERIFIED', verifiedAt: proven, failingSince: null, nextCheckAt: now };
const failing = (since: Date): Standing => ({ ...verified, status: 'FAILING', failingSince: since });
const lapsed: Standing = { status: 'LAPSED', verifiedAt: proven, failingSince: null, nextCheckAt: null };

describe('a look at DNS', () => {
  it.each([
    ['PENDING', pending, now],
    ['LAPSED', lapsed, now],
    ['VERIFIED', verified, proven],
    ['FAILING', failing(at(-HOUR)), proven],
  ])('that finds the record proves a domain that is %s', (_, before, verifiedAt) => {
    const after = { status: 'VERIFIED', verifiedAt, failingSince: null, nextCheckAt: at(24 * HOUR) };
    expect(afterLook(before, 'MATCHED', now)).toEqual(after);
  });

  it.each(['NOT_FOUND', 'DIFFERENT', 'QUOTED', 'SPLIT'] as const)('that says %s begins the time of grace', (code) => {
    const after = afterLook(verified, code, now);
    expect(after).toEqual({ ...failing(now), nextCheckAt: at(HOUR) });
    expect(lapsesAt(after)).toEqual(at(7 * 24 * HOUR));
  });

  it('that finds nothing has a domain lapse at the end of the grace, and not a millisecond before', () => {
    const before = failing(at(-GRACE_MS + 1));
    expect(afterLook(before, 'NOT_FOUND', now)).toEqual({ ...before, nextCheckAt: at(HOUR) });
    expect(afterLook(failing(at(-GRACE_MS)), 'NOT_FOUND', now)).toEqual(lapsed);
  });

  it('that finds nothing changes nothing of a domain that is nobody’s', () => {
    expect(afterLook(pending, 'NOT_FOUND', now)).toEqual(pending);
    expect(afterLook(lapsed, 'NOT_FOUND', now)).toEqual(lapsed);
  });

  it.each([pending, verified, failing(at(-2 * GRACE_MS)), lapsed])(
    'that gets no answer says nothing of a domain that is $status, however long that lasts',
    (before) => {
      const { nextCheckAt, ...rest } = afterLook(before, 'LOOKUP_FAILED', now);
      const { nextCheckAt: planned, ...same } = before;
      expect(rest).toEqual(same);
      expect(nextCheckAt).toEqual(planned && at(HOUR));
    },
  );
});
