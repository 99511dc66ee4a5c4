import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { UserService } from '../../users/user.service.js';
import { ssoExceptionGranted, ssoExceptionRevoked } from './member.events.js';
import { MembershipEntity } from './membership.entity.js';
import type { Membership } from './member.types.js';

/**
 * Told before somebody with this (canonical) address gets an exception, in the same commit, by whichever way. Whoever
 * knows that they need none throws PRECONDITION_FAILED.
 */
export const ssoExceptionWillBeGranted = domainEvent<{ readonly organizationId: string; readonly email: string }>(
  'member.ssoExceptionWillBeGranted',
);

interface Who {
  readonly organizationId: string;
  readonly userId: string;
}

/** Guests who enter an organization that enforces its single sign-on, which has no place for their address. */
@Injectable()
export class SsoExceptionService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly users: UserService,
    private readonly clock: Clock,
  ) {}

  /**
   * Who has an exception already, or has none, stays as they are, with no event: nothing has happened.
   * @throws STEP_UP_REQUIRED; VALIDATION_FAILED without a reason; NOT_FOUND when the user is no member;
   *   PRECONDITION_FAILED for an address that single sign-on is enforced for
   */
  async grant(actor: Actor, who: Who, reason: string): Promise<Membership> {
    refuseStaleProof(actor, this.clock.now());
    const told = reason.trim();
    if (told === '') throw invalid('reason', 'reason must say why, for who reads the trail.');
    return this.database.transaction((tx) => this.grantWithin(tx, actor, who, told));
  }

  /** As `grant`, in the commit of something that asked for fresh proof itself. */
  async grantWithin(tx: Tx, actor: Actor, who: Who, reason: string): Promise<Membership> {
    const membership = await lock(tx, who);
    if (membership.ssoException) return membership;
    const { email } = await this.users.get(who.userId);
    await this.events.publish(tx, ssoExceptionWillBeGranted, { organizationId: who.organizationId, email });
    await tx.update(MembershipEntity, who, { ssoException: true });
    await this.audit.record(tx, actor, ssoExceptionGranted, { ...who, reason });
    return { ...membership, ssoException: true };
  }

  /** @throws STEP_UP_REQUIRED; NOT_FOUND when the user is no member */
  async revoke(actor: Actor, who: Who): Promise<Membership> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      const membership = await lock(tx, who);
      if (!membership.ssoException) return membership;
      await tx.update(MembershipEntity, who, { ssoException: false });
      await this.audit.record(tx, actor, ssoExceptionRevoked, who);
      return { ...membership, ssoException: false };
    });
  }
}

async function lock(tx: Tx, where: Who): Promise<Membership> {
  const membership = await tx.findOne(MembershipEntity, { where: { ...where }, lock: { mode: 'pessimistic_write' } });
  if (!membership) throw new AppError('NOT_FOUND');
  return membership;
}
