import type { ErrorCode } from '../../platform/errors/app-error.js';
import type { ProviderRefusalReason } from '../../sso/protocols/provider-refusal.types.js';

interface Words {
  readonly code: ErrorCode;
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

/** For whatever an attacker could learn from: which check a forged answer has failed is for the trail alone. */
const failed: Words = {
  code: 'FORBIDDEN',
  title: 'The sign-in did not work',
  explanation: 'What the identity provider sent was not accepted, and nobody was signed in.',
  remedy: 'Try again. If it fails again, give the reference below to an administrator.',
};

/** For a callback that belongs to no sign-in of this browser, be it late, repeated or forged. */
const startAgain: Words = {
  code: 'PRECONDITION_FAILED',
  title: 'That sign-in is over',
  explanation: 'It took longer than ten minutes, was finished already, or was begun in another browser.',
  remedy: 'Start again from the sign-in page, and finish in the same browser.',
};

/** What a person may read about each reason that a sign-in through a provider is refused for. */
export const providerRefusals = {
  PROVIDER_UNKNOWN: {
    code: 'NOT_FOUND',
    title: 'Nobody signs in here',
    explanation: 'There is no such way to sign in, or it is switched off.',
    remedy: 'Go to the sign-in page and enter your email, or ask the administrators of your organization.',
  },
  PROVIDER_DENIED: {
    code: 'FORBIDDEN',
    title: 'The identity provider said no',
    explanation: 'It did not sign you in, or you changed your mind there.',
    remedy: 'Try again. If you may not use this application there, ask whoever manages the identity provider.',
  },
  ISSUER_UNREACHABLE: {
    code: 'ISSUER_UNREACHABLE',
    title: 'The identity provider did not answer',
    explanation: 'It could not be reached, or its answer could not be read.',
    remedy: 'Try again in a moment. If it stays like this, tell the administrators of your organization.',
  },
  HOSTED_DOMAIN: {
    code: 'FORBIDDEN',
    title: 'That account is not of the company',
    explanation: 'This way to sign in is open to the accounts of certain organizations only.',
    remedy: 'Choose the account that your company manages, or ask the administrators of your organization.',
  },
  FLOW_UNKNOWN: startAgain,
  FLOW_EXPIRED: startAgain,
  FLOW_OTHER_BROWSER: startAgain,
  FLOW_OTHER_PROVIDER: startAgain,
  PROVIDER_CHANGED: startAgain,
  CALLBACK_MALFORMED: failed,
  CALLBACK_ISSUER: failed,
  ISSUER_MISMATCH: failed,
  ISSUER_NOT_ALLOWED: failed,
  CODE_REFUSED: failed,
  ID_TOKEN_INVALID: failed,
  LOGOUT_TOKEN_INVALID: failed,
  ID_TOKEN_SIGNATURE: failed,
  USERINFO_INVALID: failed,
  SAML_RESPONSE_INVALID: failed,
  SAML_SIGNATURE: failed,
  SAML_ENCRYPTION: failed,
  SAML_AUDIENCE: failed,
  SAML_RECIPIENT: failed,
  SAML_OTHER_REQUEST: failed,
  SAML_TIME: failed,
  SAML_SUBJECT: failed,
  UNEXPECTED: failed,
} as const satisfies Record<ProviderRefusalReason, Words>;

/** The code under which a reason is told to whoever was refused. */
export function publicCodeOf(reason: string): string {
  const words = Object.hasOwn(providerRefusals, reason) ? providerRefusals[reason as ProviderRefusalReason] : null;
  if (words === failed) return 'SIGN_IN_FAILED';
  return words === startAgain ? 'FLOW_EXPIRED' : reason;
}
