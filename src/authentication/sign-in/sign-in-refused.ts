import { AppError, errorCatalogue, type ErrorCode } from '../../platform/errors/app-error.js';
import { secondFactorRefusals } from '../second-factors/second-factor-refusals.js';
import { providerRefusals } from '../strategies/provider-refusals.js';
import { passkeyRefusals } from '../strategies/passkey/passkey-refusals.js';

interface Refusal {
  /** What an API caller gets. */
  readonly code: ErrorCode;
  /** For a page: what happened, and who can mend it. */
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

/**
 * Why a sign-in was refused: the reason on the audit trail, and what a person may read of it.
 * Reasons that would help an attacker share the words of their neighbours.
 */
export const signInRefusals = {
  WRONG_PASSWORD: {
    code: 'INVALID_CREDENTIALS',
    title: 'That did not match',
    explanation: 'The email or the password is not right.',
    remedy: 'Try again, or sign in another way.',
  },
  UNKNOWN_ACCOUNT: {
    code: 'INVALID_CREDENTIALS',
    title: 'That did not match',
    explanation: 'The email or the password is not right.',
    remedy: 'Try again, or sign in another way.',
  },
  ACCOUNT_DEACTIVATED: {
    code: 'INVALID_CREDENTIALS',
    title: 'That account cannot sign in',
    explanation: 'The sign-in was not accepted.',
    remedy: 'Ask the administrators of your organization.',
  },
  EMAIL_UNPROVEN: {
    code: 'EMAIL_NOT_VERIFIED',
    title: 'Verify your email first',
    explanation: 'This email is not verified yet. Open the link that we have mailed to it.',
    remedy: 'Look into your mail. If it is not there, look among the spam, or sign in again in a while for a new one.',
  },
  TOO_MANY_ATTEMPTS: {
    code: 'RATE_LIMITED',
    title: 'Too many attempts',
    explanation: 'There were too many attempts to sign in from here.',
    remedy: 'Wait a little and try again; each further attempt has to wait longer.',
  },
  SSO_REQUIRED: {
    code: 'SSO_REQUIRED',
    title: 'Your company signs in its own way',
    explanation: 'The organization that owns this email domain signs in through its identity provider.',
    remedy: 'Go back, enter your email, and press Continue.',
  },
  GUEST_WITHOUT_EXCEPTION: {
    code: 'SSO_REQUIRED',
    title: 'That organization signs in its own way',
    explanation: 'The organization that invites you lets people in through its identity provider alone.',
    remedy: 'Ask whoever invited you for an invitation with an exception, which one of its owners can make.',
  },
  PASSWORD_DISABLED: {
    code: 'PASSWORD_DISABLED',
    title: 'Passwords are switched off',
    explanation: 'Nobody signs in here with a password.',
    remedy: 'Use one of the other ways on the sign-in page.',
  },
  SIGN_UP_CLOSED: {
    code: 'SIGN_UP_CLOSED',
    title: 'By invitation only',
    explanation: 'There is no account for you yet, and new ones are by invitation.',
    remedy: 'Ask an administrator of the organization that you want to join to invite you.',
  },
  EMAIL_MISSING: {
    code: 'FORBIDDEN',
    title: 'No email came with you',
    explanation: 'The identity provider named no email that can be used here.',
    remedy: 'Ask whoever manages it to send the email claim, and to request the scope "email".',
  },
  EMAIL_NOT_VERIFIED: {
    code: 'FORBIDDEN',
    title: 'Your email is not verified there',
    explanation: 'The identity provider has not verified your email.',
    remedy: 'Verify your email with the provider, then sign in again.',
  },
  EMAIL_OUTSIDE_DOMAIN: {
    code: 'FORBIDDEN',
    title: 'That email is from elsewhere',
    explanation: 'The identity provider named an email outside the domain that it signs in for.',
    remedy: 'Sign in with the email of that domain, or ask the administrators of your organization.',
  },
  EMAIL_NOT_ALLOWED: {
    code: 'FORBIDDEN',
    title: 'That email is not admitted',
    explanation: 'This way to sign in is open to certain email domains only.',
    remedy: 'Use another way on the sign-in page, or ask an administrator.',
  },
  ACCOUNT_EXISTS: {
    code: 'CONFLICT',
    title: 'You have an account already',
    explanation: 'There is an account with this email that signs in another way.',
    remedy: 'Sign in the way you did before.',
  },
  EMAIL_TAKEN: {
    code: 'CONFLICT',
    title: 'You have an account already',
    explanation: 'An account with this email exists. Sign in instead.',
    remedy: 'Go to the sign-in page and enter your email.',
  },
  INVITATION_INVALID: {
    code: 'INVITATION_INVALID',
    title: 'That invitation does not count',
    explanation: 'This invitation is not valid any more.',
    remedy: 'Ask whoever invited you to send it again, and use the address that it was sent to.',
  },
  OTHER_PERSON: {
    code: 'FORBIDDEN',
    title: 'That is somebody else',
    explanation: 'You are signed in as one person, and the provider knows you as another.',
    remedy: 'Go back, and use the account there that belongs to you here.',
  },
  PROOF_STALE: {
    code: 'STEP_UP_REQUIRED',
    title: 'That was too long ago',
    explanation: 'The provider says that you proved who you are to it a while ago, and did not ask you again.',
    remedy: 'Sign out at the provider, then try again; or prove it another way.',
  },
  IDENTITY_TAKEN: {
    code: 'CONFLICT',
    title: 'That account is in use',
    explanation: 'Somebody else signs in here with the account that you used at the provider.',
    remedy: 'If both are yours, remove it from the other account first.',
  },
  PROVIDER_LINKED: {
    code: 'CONFLICT',
    title: 'You have one of these already',
    explanation: 'You sign in with another account at this provider.',
    remedy: 'Remove that one first.',
  },
  OTHER_SUBJECT: {
    code: 'CONFLICT',
    title: 'Somebody else had this email',
    explanation: 'The identity provider knows this email under another identity than it did before.',
    remedy: 'Ask the administrators of your organization to look at the account.',
  },
  NO_SEAT: {
    code: 'ENTITLEMENT_REQUIRED',
    title: 'No seat is free',
    explanation: 'Your organization lets you in, and has no seat left for you.',
    remedy: 'Ask the administrators of your organization to free a seat, or to get more of them.',
  },
  ...providerRefusals,
  ...secondFactorRefusals,
  ...passkeyRefusals,
} as const satisfies Record<string, Refusal>;

export type SignInRefusalReason = keyof typeof signInRefusals;

/** A sign-in that was refused, with its reason already on the trail. */
export class SignInRefused extends AppError {
  constructor(
    readonly reason: SignInRefusalReason,
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    const { code, explanation } = signInRefusals[reason];
    // In the same words for each of them: that somebody is deactivated would tell a guesser that the password was right.
    const message = code === 'INVALID_CREDENTIALS' ? errorCatalogue[code].message : explanation;
    super(code, { message, detail: reason, facts });
    this.name = 'SignInRefused';
  }
}

interface Explanation {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

/** What a person may read about a reason; of one that is not ours, that something failed. */
export function explain(reason: unknown): Explanation {
  if (typeof reason === 'string' && Object.hasOwn(signInRefusals, reason)) {
    const { title, explanation, remedy } = signInRefusals[reason as SignInRefusalReason];
    return { name: reason, title, explanation, remedy };
  }
  return {
    name: 'SIGN_IN_FAILED',
    title: 'The sign-in did not work',
    explanation: 'Something failed on the way, and nobody was signed in.',
    remedy: 'Try again. If it fails again, give the reference below to an administrator.',
  };
}
