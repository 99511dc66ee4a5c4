import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { MembershipChanges } from '../../organizations/members/membership-changes.service.js';
import { memberAdded, memberRemoved } from '../../organizations/members/membership-changed.types.js';
import { SeatService } from '../../organizations/plan/seat.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { ProviderProof } from '../protocols/provider-proof.types.js';
import type { SignInSource } from '../sources/sign-in-source.types.js';
import { FormerMemberEntity } from './former-member.entity.js';
import { roleBy } from './group-claims.js';
import { MembershipRuleService } from './membership-rule.service.js';
import type { JoiningRole } from './membership-rule.types.js';

/** Somebody who signs in; the id is null where they have no account yet. */
export interface Arrival {
  readonly userId: string | null;
  /** Canonical. */
  readonly email: string;
}

export interface Joining {
  readonly userId: string;
  readonly role: BuiltInRole;
}

/** Decides who becomes a member of a connection's organization by signing in (docs/decisions/0019). */
@Injectable()
export class JustInTimeMembership implements OnModuleInit {
  constructor(
    private readonly rules: MembershipRuleService,
    private readonly members: MemberService,
    private readonly memberships: MembershipChanges,
    private readonly invitations: InvitationService,
    private readonly seats: SeatService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Whoever has left, or was removed, comes back by somebody's decision alone: the identity provider still has them. */
  onModuleInit(): void {
    this.events.on(memberRemoved, async (tx, { organizationId, userId }) => {
      await tx.upsert(FormerMemberEntity, { organizationId, userId, leftAt: this.clock.now() }, [
        'organizationId',
        'userId',
      ]);
    });
    this.events.on(memberAdded, async (tx, { organizationId, userId }) => {
      await tx.delete(FormerMemberEntity, { organizationId, userId });
    });
  }

  /**
   * The role that a sign-in gives in the organization of its connection; null for none: it makes nobody a member, or they
   * are one, or they were one, or an invitation waits for them. Changes nothing, and holds until the transaction ends.
   */
  async roleFor(
    tx: Tx,
    { connectionId, organizationId }: SignInSource,
    { claims }: ProviderProof,
    { userId, email }: Arrival,
  ): Promise<JoiningRole | null> {
    if (connectionId === null || organizationId === null) return null;
    const rule = await this.rules.get(connectionId);
    if (!rule.justInTime) return null;
    const isMember = userId !== null && (await this.members.find(organizationId, userId)) !== null;
    if (isMember) return null;
    // An invitation that is being made counts too. Before anything is written: whoever changes members begins with the turn.
    await this.members.takeTurns(tx, organizationId);
    if (userId !== null && (await tx.existsBy(FormerMemberEntity, { organizationId, userId }))) return null;
    return (await this.invitations.hasOpenIn(organizationId, email)) ? null : roleBy(rule, claims);
  }

  /** Whether there is a seat for whoever `roleFor` gave a role, in the same transaction. */
  async hasSeat(tx: Tx, { organizationId }: SignInSource): Promise<boolean> {
    return organizationId === null || (await this.seats.isOneFree(tx, organizationId));
  }

  /** Makes them one, with the role that `roleFor` gave in the same transaction. */
  async join(tx: Tx, actor: Actor, { organizationId }: SignInSource, person: Joining): Promise<void> {
    if (organizationId !== null) await this.memberships.add(tx, actor, { organizationId, ...person, source: 'SSO' });
  }
}
