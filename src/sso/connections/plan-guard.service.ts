import { Injectable, type OnModuleInit } from '@nestjs/common';
import { planWillChange } from '../../organizations/plan/plan.service.js';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { contentsOf, type Plan } from '../../policy/plans.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';

/**
 * A plan without single sign-on is not for who uses it. Switching it off along with the plan would lock out whoever has no
 * password, and let passwords count again that an organization has forbidden; somebody has to have meant that.
 */
@Injectable()
export class SsoPlanGuard implements OnModuleInit {
  constructor(private readonly events: DomainEvents) {}

  onModuleInit(): void {
    this.events.on(planWillChange, refuseWhileInUse);
  }
}

/** @throws PRECONDITION_FAILED with the keys of the `connections` in use, and of those that are planned to be enforced */
async function refuseWhileInUse(
  tx: Tx,
  { organizationId, to }: { readonly organizationId: string; readonly to: Plan },
): Promise<void> {
  if (contentsOf(to).sso) return;
  const inUse = await tx
    .createQueryBuilder(SsoConnectionEntity, 'connection')
    .where('connection.organization_id = :organizationId', { organizationId })
    .andWhere(`(connection.state in ('ACTIVE', 'ENFORCED') or connection.enforcement_starts_at is not null)`)
    .orderBy('connection.key')
    .getMany();
  if (inUse.length === 0) return;
  const connections = inUse.map(({ key }) => key);
  throw new AppError('PRECONDITION_FAILED', {
    message: `Single sign-on is in use (${connections.join(', ')}), and the plan ${to} has none. Switch it off first.`,
    facts: { plan: to, connections },
  });
}
