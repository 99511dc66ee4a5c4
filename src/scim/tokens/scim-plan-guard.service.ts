import { Injectable, type OnModuleInit } from '@nestjs/common';
import { planWillChange } from '../../organizations/plan/plan.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { contentsOf, type Plan } from '../../policy/plans.js';
import { listLive } from './live-scim-tokens.js';

/**
 * A plan without provisioning is not for whose directory provisions (docs/decisions/0023): whoever leaves the company then
 * would keep their access, and nobody would have meant that.
 */
@Injectable()
export class ScimPlanGuard implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on(planWillChange, (tx, { organizationId, to }) => this.refuseWhileInUse(tx, organizationId, to));
  }

  /** @throws PRECONDITION_FAILED with the names of the `scimTokens` that work */
  private async refuseWhileInUse(tx: Tx, organizationId: string, to: Plan): Promise<void> {
    if (contentsOf(to).scim) return;
    const live = await listLive(tx, organizationId, this.clock.now());
    if (live.length === 0) return;
    const scimTokens = live.map(({ name }) => name);
    throw new AppError('PRECONDITION_FAILED', {
      message: `A directory provisions people (${scimTokens.join(', ')}), and the plan ${to} has none of that. Revoke its token first.`,
      facts: { plan: to, scimTokens },
    });
  }
}
