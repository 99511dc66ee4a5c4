import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { UserService } from '../../users/user.service.js';
import { ownershipTransferred } from './member.events.js';
import { MemberService } from './member.service.js';
import { MembershipEntity } from './membership.entity.js';
import type { Membership } from './member.types.js';

/** How an owner hands an organization over. Making somebody a further owner is a change of role. */
@Injectable()
export class OwnershipService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly users: UserService,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes another member an owner and the caller an administrator, in one commit. Other owners stay owners.
   * @returns the new owner
   * @throws FORBIDDEN unless the caller is a person who owns it; STEP_UP_REQUIRED; NOT_FOUND when the other is no member;
   *   VALIDATION_FAILED for oneself; PRECONDITION_FAILED for somebody whose account is deactivated
   */
  transfer(actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    if (actor.kind !== 'user') throw new AppError('FORBIDDEN', { detail: 'only a person owns an organization' });
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      await this.refuseUnlessOwner(organizationId, actor);
      refuseStaleProof(actor, this.clock.now());
      if (userId === actor.id) throw invalid('userId', 'userId must be of somebody else.');
      const heir = await this.heirOf(organizationId, userId);
      await setRole(tx, { organizationId, userId }, 'OWNER');
      await setRole(tx, { organizationId, userId: actor.id }, 'ADMIN');
      await this.audit.record(tx, actor, ownershipTransferred, {
        organizationId,
        from: actor.id,
        to: userId,
        before: heir.role,
      });
      return { ...heir, role: 'OWNER' };
    });
  }

  private async refuseUnlessOwner(organizationId: string, actor: Actor): Promise<void> {
    const role = await this.members.roleOf(organizationId, actor.id);
    if (role !== 'OWNER') throw new AppError('FORBIDDEN', { detail: 'only an owner hands the organization over' });
  }

  private async heirOf(organizationId: string, userId: string): Promise<Membership> {
    const heir = await this.members.find(organizationId, userId);
    if (!heir) throw new AppError('NOT_FOUND');
    const { isDeactivated } = await this.users.get(userId);
    if (isDeactivated)
      throw new AppError('PRECONDITION_FAILED', {
        message: 'Their account is deactivated: they could not own anything.',
      });
    return heir;
  }
}

async function setRole(
  tx: Tx,
  who: { readonly organizationId: string; readonly userId: string },
  role: 'OWNER' | 'ADMIN',
): Promise<void> {
  await tx.update(MembershipEntity, who, { role });
}
