import { describe, expect, it } from '@jest/globals';
import { codeKeyUri, newCodeKey, stepOfCode } from './one-time-code.js';
import { Secret } from './secret.js';

/** The key of RFC 6238's appendix B, "12345678901234567890", in Base32. */
const key = Secret.of('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const at = (seconds: number): Date => new Date(seconds * 1000);

describe('one-time codes', () => {
  it.each([
    [59, '287082', 1],
    [1111111109, '081804', 37037036],
    [1111111111, '050471', 37037037],
    [1234567890, '005924', 41152263],
    [2000000000, '279037', 66666666],
  ])('are those of RFC 6238, appendix B, at %i seconds', (seconds, code, step) => {
    expect(stepOfCode(key, code, at(seconds))).toBe(step);
  });

  it('may be one step early or late, and no more', () => {
    expect([-60, -30, 0, 30, 60].map((late) => stepOfCode(key, '005924', at(1234567890 + late)))).toEqual([
      null,
      41152263,
      41152263,
      41152263,
      null,
    ]);
  });

  it.each(['', '05924', '0005924', '00592x', ' 005924', '００５９２４'])('are six digits, unlike %j', (code) => {
    expect(stepOfCode(key, code, at(1234567890))).toBeNull();
  });

  it('have a key of 160 random bits, which an app reads from an address', () => {
    const [made, other] = [newCodeKey(), newCodeKey()];
    expect(made.reveal()).toMatch(/^[A-Z2-7]{32}$/);
    expect(made.reveal()).not.toBe(other.reveal());
    const uri = new URL(codeKeyUri(made, { issuer: 'auth.acme.test', label: 'mia+1@acme.test' }).reveal());
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      'otpauth:',
      'totp',
      '/auth.acme.test:mia+1@acme.test',
    ]);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'auth.acme.test',
      secret: made.reveal(),
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
