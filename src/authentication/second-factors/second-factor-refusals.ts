import type { ErrorCode } from '../../platform/errors/app-error.js';

interface Words {
  readonly code: ErrorCode;
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

/** In the same words for each: whether a code was right once is for the trail alone. */
const wrongCode: Words = {
  code: 'INVALID_CODE',
  title: 'That code did not match',
  explanation: 'The code is not right, or was used before.',
  remedy: 'Wait for the next code of the app, or use a recovery code.',
};

/** Why a second factor was refused. */
export const secondFactorRefusals = {
  WRONG_CODE: wrongCode,
  /** A code that was right, and had been used: somebody may have read it over a shoulder. */
  USED_CODE: wrongCode,
  TOO_MANY_CODES: {
    code: 'RATE_LIMITED',
    title: 'Too many wrong codes',
    explanation: 'There were too many wrong codes for this account today. A recovery code or a passkey still works.',
    remedy: 'Use a recovery code or a passkey, or try again tomorrow. If it was not you, change your password.',
  },
  /** No such sign-in: its time is over, its attempts are used up, the password has changed, or there never was one. */
  SIGN_IN_OVER: {
    code: 'UNAUTHENTICATED',
    title: 'That sign-in is over',
    explanation: 'Enter your password again: this sign-in took too long or had too many attempts.',
    remedy: 'Start again from the sign-in page.',
  },
} as const satisfies Record<string, Words>;
