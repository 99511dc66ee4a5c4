import { PasskeyRefusal, passkeyRefusals, type PasskeyRefusalReason } from '../strategies/passkey/passkey-refusals.js';
import { secondFactorRefusals } from './second-factor-refusals.js';

export type FactorRefusalReason = keyof typeof secondFactorRefusals | PasskeyRefusalReason;

/** A second factor that was not proven. Whoever asked puts it on the trail, in the words of their own. */
export class FactorRefusal extends Error {
  override readonly name = 'FactorRefusal';

  constructor(
    readonly reason: FactorRefusalReason,
    /** For the trail; never a secret. */
    readonly detail: string | null = null,
    /** What the caller may read, such as `retryAfterSeconds`. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(reason);
  }
}

/** @throws the error itself where it is no refusal */
export function asFactorRefusal(error: unknown): FactorRefusal {
  if (error instanceof FactorRefusal) return error;
  if (error instanceof PasskeyRefusal) return new FactorRefusal(error.reason, error.detail);
  throw error;
}

export const factorRefusals = { ...secondFactorRefusals, ...passkeyRefusals } as const;
