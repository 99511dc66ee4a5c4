import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { gatehouseItself } from '../../policy/actor.js';
import { DomainEntity, toDomain, type DomainRow } from './domain.entity.js';
import { domainHandedOver } from './domain.events.js';
import { DomainEvidence } from './domain-evidence.service.js';
import { nobodys } from './domain-lifecycle.js';
import { DomainNotices } from './domain-notices.service.js';
import type { Evidence } from './domain-seen.js';
import type { DomainProof } from './domain.types.js';

/** A domain that changes hands: sold, or given to another part of a company (SECURITY 70). */
@Injectable()
export class DomainHandover {
  constructor(
    private readonly audit: AuditService,
    private readonly evidence: DomainEvidence,
    private readonly notices: DomainNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a domain from the organization that has it, if its own proof is gone, for another which is about to prove it by
   * the same evidence. The grace is for who has lost a record, not against who holds the zone now.
   * Who has it by a file alone yields to proof in DNS at once: whoever holds the zone says where its web server is.
   * Where the proof stands, or nobody has noticed yet that it is gone, nothing happens and the index refuses the other.
   */
  async makeWay(tx: Tx, name: string, proof: DomainProof, evidence: Evidence): Promise<void> {
    const byFile = { name, status: 'VERIFIED', provenBy: 'FILE' } as const;
    const holder: DomainRow | null = await tx.findOne(DomainEntity, {
      where: [{ name, status: 'FAILING' }, ...(proof === 'FILE' ? [] : [byFile])],
      lock: { mode: 'pessimistic_write' },
    });
    if (!holder) return;
    // Proof in DNS is found without a look at the file, so that one does not count here.
    const diagnosis = this.evidence.diagnose(toDomain(holder), evidence);
    if (diagnosis.code === 'MATCHED' || diagnosis.code === 'LOOKUP_FAILED') return;

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
