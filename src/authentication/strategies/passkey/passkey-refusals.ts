import type { ErrorCode } from '../../../platform/errors/app-error.js';

interface Words {
  readonly code: ErrorCode;
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

/** In the same words for each: which check an answer has failed is for the trail alone. */
const notAccepted: Words = {
  code: 'INVALID_PASSKEY',
  title: 'The passkey was not accepted',
  explanation: 'The passkey was not accepted. It may have been removed, or the request took longer than five minutes.',
  remedy: 'Try again, or sign in another way.',
};

/** Why a passkey was refused. */
export const passkeyRefusals = {
  /** No answer of an authenticator at all. */
  PASSKEY_MALFORMED: notAccepted,
  /** Its challenge was used, is older than five minutes, or was given to another browser or for another purpose. */
  PASSKEY_CHALLENGE: notAccepted,
  /** Nobody here has it, or not the person who is asked for. */
  PASSKEY_UNKNOWN: notAccepted,
  /** Another origin or relying party, no user verification, a wrong signature. */
  PASSKEY_NOT_VERIFIED: notAccepted,
  /** Its counter did not go up: somebody may have copied it (WebAuthn Level 3, 6.1.1). */
  PASSKEY_COUNTER: notAccepted,
} as const satisfies Record<string, Words>;

export type PasskeyRefusalReason = keyof typeof passkeyRefusals;

/** An answer of an authenticator that is not accepted. Whoever asked puts it on the trail. */
export class PasskeyRefusal extends Error {
  override readonly name = 'PasskeyRefusal';

  /** @param userId whose passkey it claims to be, where that is known · @param detail for the trail; never a secret */
  constructor(
    readonly reason: PasskeyRefusalReason,
    readonly detail: string,
    readonly userId: string | null = null,
  ) {
    super(`${reason}: ${detail}`);
  }
}
