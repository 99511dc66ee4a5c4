import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { rowsBy, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { hasSecondFactor } from '../../policy/proof.js';
import { SecurityPolicyEntity } from './security-policy.entity.js';
import { securityPolicyUpdated } from './security-policy.events.js';
import type { SecurityPolicy, SecurityPolicyChange } from './security-policy.types.js';

/** Told in the commit of the change: sessions that are open already obey the new limits too. */
export const securityPolicyChanged = domainEvent<SecurityPolicy>('securityPolicy.changed');

/** Longer than a year is no limit. */
const MOST_MINUTES = 525_600;
/** Shorter, and nobody could read a page to its end. */
const LEAST_MINUTES = 5;

@Injectable()
export class SecurityPolicyService {
  private readonly byOrganization: BatchedReads<string, SecurityPolicy | null>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {
    this.byOrganization = rowsBy(database, SecurityPolicyEntity, 'organizationId');
  }

  async policyOf(organizationId: string): Promise<SecurityPolicy> {
    return (await this.byOrganization.load(organizationId)) ?? none(organizationId);
  }

  /**
   * Changes what the organization asks. Whoever asks others for a second factor has come in with one.
   * @throws STEP_UP_REQUIRED; PRECONDITION_FAILED; VALIDATION_FAILED for a limit under 5 minutes or over a year
   */
  async update(actor: Actor, organizationId: string, change: SecurityPolicyChange): Promise<SecurityPolicy> {
    refuseStaleProof(actor, this.clock.now());
    refuseLimit('sessionMaxAgeMinutes', change.sessionMaxAgeMinutes);
    refuseLimit('sessionIdleMinutes', change.sessionIdleMinutes);
    return this.database.transaction(async (tx) => {
      await tx.query('select 1 from organizations where id = $1 for no key update', [organizationId]);
      const before = await this.policyOf(organizationId);
      const after = { ...before, ...change };
      if (after.secondFactorRequired && !before.secondFactorRequired) refuseWithoutOwnFactor(actor);
      await tx.upsert(SecurityPolicyEntity, after, ['organizationId']);
      await this.events.publish(tx, securityPolicyChanged, after);
      await this.audit.record(tx, actor, securityPolicyUpdated, { before, after });
      return after;
    });
  }
}

const none = (organizationId: string): SecurityPolicy => ({
  organizationId,
  secondFactorRequired: false,
  sessionMaxAgeMinutes: null,
  sessionIdleMinutes: null,
});

function refuseLimit(field: string, minutes: number | null | undefined): void {
  if (minutes === null || minutes === undefined) return;
  if (minutes < LEAST_MINUTES || minutes > MOST_MINUTES)
    throw invalid(field, `${field} must be from ${LEAST_MINUTES} to ${MOST_MINUTES} minutes.`);
}

/** Otherwise the one who asks would be the first to be locked out. */
function refuseWithoutOwnFactor({ proof }: Actor): void {
  if (proof === null || hasSecondFactor(proof)) return;
  throw new AppError('PRECONDITION_FAILED', {
    message: 'Set up a second factor for yourself first, and sign in with it.',
    facts: { setUpUrl: '/account/second-factor' },
  });
}
