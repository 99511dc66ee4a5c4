import { Injectable } from '@nestjs/common';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { isViolation } from '../../platform/database/constraint-violation.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { DnsLookup } from '../../platform/dns/dns-lookup.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { diagnose } from './domain-diagnosis.js';
import { DomainEntity, toDomain, type DomainRow } from './domain.entity.js';
import {
  domainChecked,
  domainFailing,
  domainLapsed,
  domainRecovered,
  domainVerificationFailed,
  domainVerified,
} from './domain.events.js';
import { afterLook } from './domain-lifecycle.js';
import { DomainNotices } from './domain-notices.service.js';
import type { Domain, DomainDiagnosis } from './domain.types.js';

interface Looked {
  readonly before: Domain;
  readonly after: Domain;
}

/** Looks for the record of a domain in DNS, and draws the conclusion: when somebody asks for it, and by the clock. */
@Injectable()
export class DomainCheck {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly dns: DnsLookup,
    private readonly notices: DomainNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Where the record is, the domain is the organization's from now on. Where it is gone, a proven domain begins to fail
   * or lapses, of which its owners are told by mail. DNS has up to 4.5 s to answer; no answer changes nothing.
   * @throws NOT_FOUND; DOMAIN_TAKEN when another organization has proven it first
   */
  async look(actor: Actor, organizationId: string, id: string): Promise<Domain> {
    const claim = await new TenantRepository(this.database.reader, DomainEntity, organizationId).get({ id });
    const record = toDomain(claim);
    const diagnosis = diagnose(record, await this.dns.txt(record.recordName));
    try {
      return await this.database.transaction((tx) => this.conclude(tx, actor, claim, diagnosis));
    } catch (error) {
      // Two proofs at once meet in the index, and the later one's transaction is lost.
      if (isViolation(error, 'unique', 'domains_owned_once')) throw new AppError('DOMAIN_TAKEN', { cause: error });
      throw error;
    }
  }

  /** Writes down what a look has shown. The claim must still be the one that was looked for: same name, same token. */
  private async conclude(
    tx: Tx,
    actor: Actor,
    { id, name, token }: DomainRow,
    diagnosis: DomainDiagnosis,
  ): Promise<Domain> {
    const claim = { id, name, token };
    const row: DomainRow | null = await tx.findOne(DomainEntity, { where: claim, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new AppError('NOT_FOUND', { detail: 'removed while DNS was asked' });

    const now = this.clock.now();
    const { status, verifiedAt, failingSince, nextCheckAt } = afterLook(row, diagnosis.code, now);
    const seen = { status, verifiedAt, failingSince, nextCheckAt, lastCheckedAt: now, diagnosis };
    await tx.update(DomainEntity, claim, seen);
    const looked = { before: toDomain(row), after: toDomain({ ...row, ...seen }) };
    await this.tell(tx, actor, looked);
    return looked.after;
  }

  /** The trail has each look that somebody asked for, and of those by the clock the ones that changed something. */
  private async tell(tx: Tx, actor: Actor, looked: Looked): Promise<void> {
    const { before, after } = looked;
    const changed = before.status !== after.status;
    if (changed || actor.kind !== 'system') await this.audit.record(tx, actor, eventFor(looked), looked);
    if (changed) await this.notices.statusChanged(tx, after);
  }
}

function eventFor({ before, after }: Looked): AuditEventType<Looked> {
  if (after.diagnosis?.code === 'MATCHED') {
    if (before.status === 'VERIFIED') return domainChecked;
    return before.status === 'FAILING' ? domainRecovered : domainVerified;
  }
  if (before.status === after.status) return domainVerificationFailed;
  return after.status === 'LAPSED' ? domainLapsed : domainFailing;
}
