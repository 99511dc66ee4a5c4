import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThanOrEqual } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { gatehouseItself } from '../../policy/actor.js';
import { DeletionEntity } from './deletion.entity.js';
import { organizationPurged, projectPurged } from './deletion.events.js';

/** As many as a round takes at the most; the next one takes the others. */
const ROUND = 100;

/** Removes for good what nobody has brought back in time. */
@Injectable()
export class DeletionPurge implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('*/10 * * * *', 'deletions.purge', () => this.purgeDue());
  }

  /** Each in a transaction of its own: one that fails keeps none of the others from it. */
  async purgeDue(): Promise<void> {
    const due = await this.database.reader.find(DeletionEntity, {
      where: { goneAt: LessThanOrEqual(this.clock.now()) },
      order: { goneAt: 'ASC' },
      take: ROUND,
    });
    for (const deletion of due) {
      await this.purge(deletion).catch((error: unknown) =>
        this.logger.failure('a deletion could not be purged', { deletion: deletion.id, reason: String(error) }),
      );
    }
  }

  /** What another process has purged meanwhile is left alone. */
  private async purge(deletion: DeletionEntity): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { affected } = await tx.delete(DeletionEntity, { id: deletion.id });
      if (affected !== 1) return;
      const event = deletion.projectId === null ? organizationPurged : projectPurged;
      await this.audit.record(tx, gatehouseItself('deletions.purge'), event, deletion);
    });
  }
}
