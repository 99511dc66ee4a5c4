import { domainEvent } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';

/** Told in the commit that ends a membership; keys and project roles of the person end with it. */
export const memberRemoved = domainEvent<{
  readonly organizationId: string;
  readonly userId: string;
  readonly actor: Actor;
}>('member.removed');

/**
 * Told in the commit that deactivates a member's account. They stay a member, and come back as one; what works without them
 * must not: their keys and setup links end.
 */
export const memberDeactivated = domainEvent<{
  readonly organizationId: string;
  readonly userId: string;
  readonly actor: Actor;
}>('member.deactivated');

/** Told in the commit that begins a membership; sessions of the person obey the organization's limits from then on. */
export const memberAdded = domainEvent<{ readonly organizationId: string; readonly userId: string }>('member.added');
