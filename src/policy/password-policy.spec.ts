import { describe, expect, it } from '@jest/globals';
import { AppError } from '../platform/errors/app-error.js';
import { refuseWeakPassword } from './password-policy.js';

const words = ['ada.lovelace@analytical.example', 'Ada King', 'Engine Works Ltd'];
const outcomeOf = (password: string, minLength = 12): Promise<string> =>
  refuseWeakPassword(password, { minLength, words }).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );
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
    ['all lower case and no digit', 'accepted'],
    ['correct horse battery', 'accepted'],
  ])('is counted in characters, and nothing is asked of which they are: %j', async (password, outcome) => {
    expect(await outcomeOf(password)).toBe(outcome);
  });

  it.each([
    'password1234',
    'PASSWORD1234',
    ' password1234 ',
    'p@ssw0rd1234',
    'P@ssw0rd1234!',
    'passwordpassword',
    'letmeinletmein',
    '123456789012',
    'qwertyuiop123',
    'abcdefghijkl',
    'administrator',
    'ｐａｓｓｗｏｒｄ１２３４',
  ])('is refused when it is a common one, or one in disguise: %j', async (password) => {
    expect(await outcomeOf(password)).toMatch(/^password is too common\. .+\.$/);
  });

  it.each([
    'ada.lovelace@analytical.example',
    'AdaLovelace1815',
    'gatehouse2026!!',
    'engine works 42',
    'Analytical.Ada.1',
    'Gatehouse-gatehouse',
    'king of engine works',
  ])('is refused when it is made of the words of its person and place: %j', async (password) => {
    expect(await outcomeOf(password)).toMatch(/^password is made of your name/);
  });

  it.each(['my gatehouse is a blue one', 'the works of strangers', 'adaptable submarines'])(
    'may hold such a word among others: %j',
    async (password) => {
      expect(await outcomeOf(password)).toBe('accepted');
    },
  );

  it('is refused with a hint beside the reason, and takes no long time however it is made', async () => {
    const error: unknown = await refuseWeakPassword('qwerty', { minLength: 8, words }).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as AppError).publicFacts).toEqual({
      code: 'VALIDATION_FAILED',
      fields: [{ field: 'password', message: 'password must have at least 8 characters.' }],
      hint: expect.stringMatching(/^It is one of the ten most common passwords\. A few words/),
    });
    const started = performance.now();
    for (const long of ['p4ssw0rd'.repeat(125), 'aB3$'.repeat(250), '1234567890'.repeat(100)]) await outcomeOf(long);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
