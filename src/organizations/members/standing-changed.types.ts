import { domainEvent } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';

/**
 * Told in the commit that changes what members may do: a role, a grant, a group of theirs. Who keeps something that follows
 * what they may do works it out anew.
 */
export const standingChanged = domainEvent<{
  readonly organizationId: string;
  /** Null: of more members than are worth naming. */
  readonly userIds: readonly string[] | null;
  readonly actor: Actor;
}>('member.standingChanged');
