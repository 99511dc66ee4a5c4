import { describe, expect, it } from '@jest/globals';
import { nextAtOnce, nextDue, outlived, signerAmong } from './signing-schedule.js';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number, minutes = 0): Date => new Date(start + days * 86_400_000 + minutes * 60_000);
const key = (name: string, signsFrom: Date) => ({ name, signsFrom });

describe('the schedule of signing keys', () => {
  it('begins with a key that signs at once', () => {
    expect(nextDue([], at(0))).toEqual(at(0));
  });

  it('publishes the next key a day before it signs, thirty days after the last', () => {
    const keys = [key('first', at(0))];
    expect(nextDue(keys, at(29, -1))).toBeNull();
    expect(nextDue(keys, at(29))).toEqual(at(30));
    expect(nextDue([...keys, key('second', at(30))], at(29))).toBeNull();
  });

  it('publishes it a day before even where nobody came by for long', () => {
    expect(nextDue([key('first', at(0))], at(100))).toEqual(at(101));
  });

  it('signs with the latest key whose time has come, in whatever order they are kept', () => {
    const keys = [key('third', at(60)), key('first', at(0)), key('second', at(30))];
    expect(signerAmong(keys, at(30, -1))?.name).toBe('first');
    expect(signerAmong(keys, at(30))?.name).toBe('second');
    expect(signerAmong(keys, at(90))?.name).toBe('third');
    expect(signerAmong(keys, at(-1))?.name).toBe('first');
    expect(signerAmong([], at(0))).toBeNull();
  });

  it('keeps a key for ten minutes after the next has begun to sign, and the last for ever', () => {
    const keys = [key('first', at(0)), key('second', at(30))];
    expect(outlived(keys, at(30, 9))).toEqual([]);
    expect(outlived(keys, at(30, 10))).toEqual([keys[0]]);
    expect(outlived(keys, at(300))).toEqual([keys[0]]);
  });

  it('publishes a key that is asked for longer ahead than others keep the list', () => {
    expect(nextAtOnce(at(0))).toEqual(at(0, 1.5));
  });
});
