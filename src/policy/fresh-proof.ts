import { AppError } from '../platform/errors/app-error.js';
import type { Actor } from './actor.js';

/** For so long a proof is fresh enough for what is dangerous. */
export const FRESH_FOR_MINUTES = 10;

/**
 * For what is dangerous: a browser left open, or a stolen cookie, is not enough. The person proves who they are again at
 * `/confirm`, and repeats the call (in the manner of RFC 9470). A program proves itself with each request.
 * @throws STEP_UP_REQUIRED with `confirmUrl` when the person's last proof is more than ten minutes old
 */
export function refuseStaleProof(actor: Actor, now: Date = new Date()): void {
  if (!hasFreshProof(actor, now)) throw new AppError('STEP_UP_REQUIRED', { facts: { confirmUrl: '/confirm' } });
}

/** For a page, which leads to `/confirm` before it lets anybody type. */
export function hasFreshProof({ proof }: Actor, now: Date = new Date()): boolean {
  return proof === null || now.getTime() - proof.provenAt.getTime() <= FRESH_FOR_MINUTES * 60_000;
}
