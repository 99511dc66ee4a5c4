import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { gatehouseItself } from '../../policy/actor.js';
import { diagnose } from './domain-diagnosis.js';
import { DomainEntity, toDomain, type DomainRow } from './domain.entity.js';
import { domainHandedOver } from './domain.events.js';
import { nobodys } from './domain-lifecycle.js';
import { DomainNotices } from './domain-notices.service.js';
import type { RecordSeen } from './domain-record.service.js';

/** A domain that changes hands: sold, or given to another part of a company (SECURITY 70). */
@Injectable()
export class DomainHandover {
  constructor(
    private readonly audit: AuditService,
    private readonly notices: DomainNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a domain from the organization that has it, if its own record is gone, for another which is about to prove it by
   * the same answer of DNS. The grace is for who has lost a record, not against who holds the zone now.
   * Where the record stands, or nobody has noticed yet that it is gone, nothing happens and the index refuses the other.
   */
  async makeWay(tx: Tx, name: string, record: RecordSeen): Promise<void> {
    const holder: DomainRow | null = await tx.findOne(DomainEntity, {
      where: { name, status: 'FAILING' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!holder) return;
    const diagnosis = diagnose(toDomain(holder), record);
    if (diagnosis.code === 'MATCHED') return;

    const seen = { ...nobodys, lastCheckedAt: this.clock.now(), diagnosis };
    await tx.update(DomainEntity, { id: holder.id }, seen);
    const after = toDomain({ ...holder, ...seen });
    // Who the other one is belongs on its own trail alone.
    await this.audit.record(tx, gatehouseItself('domains.handOver'), domainHandedOver, {
      before: toDomain(holder),
      after,
    });
    await this.notices.handedOver(tx, after);
  }
}
