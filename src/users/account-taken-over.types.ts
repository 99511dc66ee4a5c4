import { domainEvent } from '../platform/events/domain-events.js';
import type { Actor } from '../policy/actor.js';
import type { User } from './user.types.js';

/**
 * Told in the commit in which an account of an unproven email goes to whoever has proven it: all that was set up in it
 * before is somebody else's.
 */
export const accountTakenOver = domainEvent<{ readonly user: User; readonly actor: Actor }>('account.takenOver');
