import type { AccessRequestEntity } from './access-request.entity.js';
import type { AccessRequestState } from './access-request.types.js';

/** A request that nobody has decided for so long is not decided any more: who needs the role still asks again. */
const WAITS_MS = 30 * 24 * 60 * 60 * 1000;

/** What was asked by then has expired. */
export const expiredBy = (now: Date): Date => new Date(now.getTime() - WAITS_MS);

export const expiryOf = (createdAt: Date): Date => new Date(createdAt.getTime() + WAITS_MS);

export function stateOf(
  { state, createdAt }: Pick<AccessRequestEntity, 'state' | 'createdAt'>,
  now: Date,
): AccessRequestState {
  return state === 'PENDING' && createdAt <= expiredBy(now) ? 'EXPIRED' : state;
}

/** `stateOf` for the database, of a row named `request`: `parent.state` is asked for, `parent.expired` is `expiredBy` now. */
export const isInState = `case
  when request.state = 'PENDING' and request.created_at <= parent.expired then 'EXPIRED' else request.state end = parent.state`;
