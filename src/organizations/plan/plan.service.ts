import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { contentsOf, type Plan } from '../../policy/plans.js';
import { MemberService } from '../members/member.service.js';
import { OrganizationEntity } from '../organization.entity.js';
import { OrganizationService } from '../organization.service.js';
import type { Organization } from '../organization.types.js';
import { organizationPlanUpdated } from './plan.events.js';
import type { Booking, Entitlements } from './plan.types.js';
import { seatsOf, SeatService } from './seat.service.js';

/**
 * Told before an organization gets another plan, in the same commit. Whoever has something in use that the new plan
 * does not include throws PRECONDITION_FAILED: what people rely on ends by somebody's decision, never along with a plan.
 */
export const planWillChange = domainEvent<{ readonly organizationId: string; readonly to: Plan }>(
  'organization.planWillChange',
);

/** What an organization has booked, what of it is in use, and how that changes (docs/decisions/0023). */
@Injectable()
export class PlanService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly seats: SeatService,
    private readonly events: DomainEvents,
  ) {}

  async entitlementsOf(organization: Organization): Promise<Entitlements> {
    const { sso, scim } = contentsOf(organization.plan);
    return { sso, scim, seats: seatsOf(organization), seatsUsed: await this.seats.takenIn(organization.id) };
  }

  /**
   * What is booked already stays as it is, with no event: nothing has happened.
   * @throws NOT_FOUND; PRECONDITION_FAILED where more seats are taken than there would be, or where something is in use that
   *   the new plan does not include
   */
  change(actor: Actor, organizationId: string, booking: Booking): Promise<Organization> {
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const before = await this.organizations.get(organizationId);
      const after = { ...before, ...booking };
      if (before.plan === after.plan && before.seats === after.seats) return before;
      await this.refuseTooFewSeats(after);
      await this.events.publish(tx, planWillChange, { organizationId, to: after.plan });
      await tx.update(OrganizationEntity, { id: organizationId }, { plan: after.plan, seats: after.seats });
      await this.audit.record(tx, actor, organizationPlanUpdated, { organizationId, before, after });
      return after;
    });
  }

  private async refuseTooFewSeats(after: Organization): Promise<void> {
    const seats = seatsOf(after);
    const used = await this.seats.takenIn(after.id);
    if (seats === null || used <= seats) return;
    throw new AppError('PRECONDITION_FAILED', {
      message: `${used} seats are taken, and there would be ${seats}. Free some first, or set \`seats\`.`,
      facts: { plan: after.plan, seats, used },
    });
  }
}
