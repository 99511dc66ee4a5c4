import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { memberDeactivated, memberRemoved } from '../../organizations/members/membership-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import { SsoSetupLinkEntity } from './sso-setup-link.entity.js';
import { ssoSetupLinkRevoked } from './sso-setup-link.events.js';
import { stateOf, toSetupLink } from './sso-setup-link.mapping.js';
import type { SsoSetupLink } from './sso-setup-link.types.js';

/**
 * Withdraws setup links: when a member says so, and when the member who made one, and has its address, is a member no more or
 * deactivated.
 */
@Injectable()
export class SsoSetupLinkRevocation implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly domains: DomainService,
    private readonly tests: SsoTestService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    for (const event of [memberRemoved, memberDeactivated])
      this.events.on(event, (tx, { actor, organizationId, userId }) =>
        this.revokeAllFrom(tx, actor, organizationId, userId),
      );
  }

  /**
   * From here on it opens nothing, nor do the tests that were asked for by it. What was set up stays. One that is over
   * stays as it is.
   * @throws NOT_FOUND
   */
  revoke(actor: Actor, organizationId: string, id: string): Promise<SsoSetupLink> {
    return this.database.transaction(async (tx) => {
      const where = { id, organizationId };
      const row: Row<SsoSetupLinkEntity> | null = await tx.findOne(SsoSetupLinkEntity, {
        where,
        lock: { mode: 'pessimistic_write' },
      });
      if (!row) throw new AppError('NOT_FOUND');
      const now = this.clock.now();
      const domain = row.domainId === null ? null : await this.domains.get(row.domainId);
      const before = toSetupLink(row, domain, now);
      if (stateOf(row, now) !== 'ACTIVE') return before;
      await tx.update(SsoSetupLinkEntity, where, { revokedAt: now });
      await this.tests.callOff(tx, organizationId, id);
      const after = toSetupLink({ ...row, revokedAt: now }, domain, now);
      await this.audit.record(tx, actor, ssoSetupLinkRevoked, { before, after });
      return after;
    });
  }

  private async revokeAllFrom(tx: Tx, actor: Actor, organizationId: string, createdById: string): Promise<void> {
    const links = await new TenantRepository(tx, SsoSetupLinkEntity, organizationId).find({ createdById });
    for (const { id } of links) await this.revoke(actor, organizationId, id);
  }
}
