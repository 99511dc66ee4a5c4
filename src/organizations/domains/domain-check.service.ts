import { Injectable } from '@nestjs/common';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { isViolation } from '../../platform/database/constraint-violation.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError } from '../../platform/errors/app-error.js';
import { AttemptCounter } from '../../platform/throttle/attempt-counter.js';
import type { Actor } from '../../policy/actor.js';
import { DomainEntity, toDomain, type DomainRow } from './domain.entity.js';
import {
  domainChecked,
  domainFailing,
  domainLapsed,
  domainRecovered,
  domainVerificationFailed,
  domainVerified,
} from './domain.events.js';
import { DomainEvidence } from './domain-evidence.service.js';
import { DomainHandover } from './domain-handover.service.js';
import { afterLook, owned } from './domain-lifecycle.js';
import { DomainNotices } from './domain-notices.service.js';
import type { Evidence } from './domain-seen.js';
import type { Domain, ProofPlace } from './domain.types.js';

/** Looks that nobody has to wait for: at one domain, and at all of an organization's. Then each waits twice as long. */
const FREE_LOOKS = 20;
const FREE_LOOKS_OF_ALL = 200;

interface Looked {
  readonly before: Domain;
  readonly after: Domain;
}

/** Looks for the proof of a domain, and draws the conclusion: when somebody asks for it, and by the clock. */
@Injectable()
export class DomainCheck {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly attempts: AttemptCounter,
    private readonly evidence: DomainEvidence,
    private readonly handover: DomainHandover,
    private readonly notices: DomainNotices,
    private readonly clock: Clock,
  ) {}

  /** The ways to prove a domain, any one of which is enough. */
  placesOf(domain: Domain): ProofPlace[] {
    return this.evidence.placesOf(domain);
  }

  /**
   * Where the proof is, the domain is the organization's from now on. Where it is gone, a proven domain begins to fail
   * or lapses, of which its owners are told by mail. All of it has up to 4.5 s to answer; no answer changes nothing.
   * @throws NOT_FOUND; DOMAIN_TAKEN when another organization has proven it first; RATE_LIMITED with `retryAfterSeconds`
   */
  async look(actor: Actor, organizationId: string, id: string): Promise<Domain> {
    const claim = await new TenantRepository(this.database.reader, DomainEntity, organizationId).get({ id });
    if (actor.kind !== 'system') await this.admit(organizationId, id);
    const evidence = await this.evidence.look(toDomain(claim));
    try {
      return await this.database.transaction((tx) => this.conclude(tx, actor, claim, evidence));
    } catch (error) {
      // Two proofs at once meet in the index, and the later one's transaction is lost.
      if (isViolation(error, 'unique', 'domains_owned_once')) throw new AppError('DOMAIN_TAKEN', { cause: error });
      throw error;
    }
  }

  /** Other people's name servers are not to be hammered from here (SECURITY 71). @throws RATE_LIMITED */
  private async admit(organizationId: string, id: string): Promise<void> {
    const retryAfterSeconds = await this.attempts.count([
      { key: `looks at the domain ${id}`, free: FREE_LOOKS },
      { key: `looks at the domains of ${organizationId}`, free: FREE_LOOKS_OF_ALL },
    ]);
    if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
  }

  /** Writes down what a look has shown. The claim must still be the one that was looked for: same name, same token. */
  private async conclude(tx: Tx, actor: Actor, { id, name, token }: DomainRow, evidence: Evidence): Promise<Domain> {
    const claim = { id, name, token };
    const row: DomainRow | null = await tx.findOne(DomainEntity, { where: claim, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new AppError('NOT_FOUND', { detail: 'removed while DNS was asked' });

    const now = this.clock.now();
    const diagnosis = this.evidence.diagnose(toDomain(row), evidence);
    const { status, verifiedAt, failingSince, nextCheckAt } = afterLook(row, diagnosis.code, now);
    const provenBy = diagnosis.code === 'MATCHED' ? diagnosis.proof : row.provenBy;
    const seen = { status, verifiedAt, failingSince, nextCheckAt, lastCheckedAt: now, provenBy, diagnosis };
    if (owned.includes(status) && !owned.includes(row.status))
      await this.handover.makeWay(tx, name, diagnosis.proof, evidence);
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
