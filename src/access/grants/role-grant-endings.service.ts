import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThanOrEqual } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { gatehouseItself } from '../../policy/actor.js';
import { roleGrantEnded } from './role-grant.events.js';
import { RoleGrantEntity } from './role-grant.entity.js';
import { RoleGrantReader } from './role-grant-reader.service.js';
import { whoHas } from './role-grant.service.js';

const NAME = 'roleGrants.end';

/** As many as one round clears away. */
const ROUND = 500;

/** Clears away the grants whose time is over, and tells the trail. They have counted for nothing since their end. */
@Injectable()
export class RoleGrantEndings implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly jobs: Jobs,
    private readonly members: MemberService,
    private readonly grants: RoleGrantReader,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('* * * * *', NAME, () => this.endDue());
  }

  async endDue(): Promise<void> {
    const due = await this.database.reader.find(RoleGrantEntity, {
      where: { expiresAt: LessThanOrEqual(this.clock.now()) },
      order: { expiresAt: 'ASC' },
      take: ROUND,
    });
    for (const { organizationId, id } of due) await this.end(organizationId, id);
  }

  /** It may have been renewed, or be gone, since it was found. */
  private async end(organizationId: string, id: string): Promise<void> {
    const actor = gatehouseItself(NAME);
    await this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const over = { id, organizationId, expiresAt: LessThanOrEqual(this.clock.now()) };
      const row = await tx.findOneBy(RoleGrantEntity, over);
      if (!row) return;
      const grant = await this.grants.withRole(row);
      await tx.delete(RoleGrantEntity, { id });
      await this.audit.record(tx, actor, roleGrantEnded, grant);
      await this.events.publish(tx, standingChanged, { ...whoHas(grant), actor });
    });
  }
}
