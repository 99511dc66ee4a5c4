import { Injectable } from '@nestjs/common';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { breakGlassGranted, breakGlassRevoked } from './member.events.js';
import { MembershipEntity } from './membership.entity.js';
import type { Membership } from './member.types.js';

/**
 * Owners who may sign in past a single sign-on that their organization enforces: for the day when the identity provider is
 * broken, and nobody else could get in to mend it. They are named beforehand, and few.
 */
@Injectable()
export class BreakGlassService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** Whether this person is an owner who is named. Whoever is no owner any more is named in vain. */
  isNamed(organizationId: string, userId: string): Promise<boolean> {
    return this.database.reader.existsBy(MembershipEntity, { organizationId, userId, role: 'OWNER', breakGlass: true });
  }

  /** Everybody who is to hear of it when the glass is broken. */
  async ownersOf(organizationId: string): Promise<string[]> {
    const owners = await this.database.reader.findBy(MembershipEntity, { organizationId, role: 'OWNER' });
    return owners.map(({ userId }) => userId);
  }

  /** @throws STEP_UP_REQUIRED; NOT_FOUND when the user is no member; PRECONDITION_FAILED when they are no owner */
  grant(actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    return this.set(actor, { organizationId, userId }, true, breakGlassGranted);
  }

  /** @throws STEP_UP_REQUIRED; NOT_FOUND when the user is no member */
  revoke(actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    return this.set(actor, { organizationId, userId }, false, breakGlassRevoked);
  }

  /** Who is named already, or not, stays as they are, with no event: nothing has happened. */
  private set(
    actor: Actor,
    who: { readonly organizationId: string; readonly userId: string },
    breakGlass: boolean,
    event: AuditEventType<{ readonly organizationId: string; readonly userId: string }>,
  ): Promise<Membership> {
    refuseStaleProof(actor);
    return this.database.transaction(async (tx) => {
      const membership: Membership | null = await tx.findOne(MembershipEntity, {
        where: who,
        lock: { mode: 'pessimistic_write' },
      });
      if (!membership) throw new AppError('NOT_FOUND');
      if (breakGlass && membership.role !== 'OWNER')
        throw new AppError('PRECONDITION_FAILED', { message: 'Only an owner can be let past single sign-on.' });
      if (membership.breakGlass === breakGlass) return membership;
      await tx.update(MembershipEntity, who, { breakGlass });
      await this.audit.record(tx, actor, event, who);
      return { ...membership, breakGlass };
    });
  }
}
