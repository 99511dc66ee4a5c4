import { describe, expect, it } from '@jest/globals';
import { newRecoveryCode, parseRecoveryCode } from './recovery-code.js';

describe('a recovery code', () => {
  it('is made of sixteen random characters that cannot be mistaken for others', () => {
    const made = Array.from({ length: 200 }, newRecoveryCode);
    expect(made.filter((code) => !/^([2-9b-df-hjkmnp-tv-z]{4}-){3}[2-9b-df-hjkmnp-tv-z]{4}$/.test(code))).toEqual([]);
    expect(new Set(made).size).toBe(200);
    // Each of the 28 characters turns up: 3,200 draws would miss one with a chance below 10⁻⁴⁸.
    expect(new Set(made.join('').replaceAll('-', '')).size).toBe(28);
  });

  it('may be typed in capitals, with spaces or without dashes', () => {
    const typed = [
      'bcdf-2345-ghjk-6789',
      ' BCDF 2345 GHJK 6789 ',
      'bcdf2345ghjk6789',
      'bcdf-2345–ghjk-6789'.replace('–', '-'),
    ];
    expect(typed.map(parseRecoveryCode)).toEqual(Array(4).fill('bcdf2345ghjk6789'));
  });

  it.each(['', '123456', 'bcdf-2345-ghjk-678', 'bcdf-2345-ghjk-67890', 'acdf-2345-ghjk-6789', 'bcdf_2345_ghjk_6789'])(
    'is none where it reads %j',
    (typed) => {
      expect(parseRecoveryCode(typed)).toBeNull();
    },
  );
});
