import { describe, expect, it } from '@jest/globals';
import { refuseWeakPassword } from './password-policy.js';

const outcomeOf = (password: string): string => {
  try {
    void refuseWeakPassword(password, { minLength: 12, words: [] });
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};
const tooShort = 'password must have at least 12 characters.';

describe('a password (NIST SP 800-63B-4, 3.1.1.2)', () => {
  it.each([
    ['x'.repeat(12), 'accepted'],
    ['x'.repeat(11), tooShort],
    ['', tooShort],
    ['            ', 'accepted'],
    ['пароль пароль', 'accepted'],
    ['\u{1f680}'.repeat(12), 'accepted'],
    ['\u{1f680}'.repeat(11), tooShort],
    // Six letters, each with an accent of its own: as people see it, six characters.
    ['e\u0301'.repeat(6), tooShort],
    ['x'.repeat(64), 'accepted'],
    ['x'.repeat(1_000), 'accepted'],
    ['x'.repeat(1_001), 'password must have at most 1000 characters.'],
  ])('is counted in characters, and nothing is asked of which they are: %j', (password, outcome) => {
    expect(outcomeOf(password)).toBe(outcome);
  });
});
