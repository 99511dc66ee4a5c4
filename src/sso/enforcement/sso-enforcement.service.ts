import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { ConnectionMoves } from '../connections/connection-moves.service.js';
import { ConnectionDomains } from '../domains/connection-domain.service.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import { ssoConnectionEnforced, ssoEnforcementPlanned } from '../connections/sso-connection.events.js';
import type { SsoConnection } from '../connections/sso-connection.types.js';

const FARTHEST_DAYS = 90;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Told in the commit in which a person enforces an organization's single sign-on, or plans to: from then on, or from the
 * planned time, it counts for who enters.
 */
export const ssoEnforced = domainEvent<{ readonly actor: Actor; readonly organizationId: string }>('sso.enforced');

export interface EnforcementWish {
  /** Enforces it although its settings have passed no test: on the trail. */
  readonly skipTest: boolean;
  /** When; null for at once. */
  readonly startsAt: Date | null;
}

/** Makes a connection the only way in for the people of its domain, now or later. `activateSso` is the way back. */
@Injectable()
export class SsoEnforcementService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly domains: ConnectionDomains,
    private readonly sessions: SessionService,
    private readonly moves: ConnectionMoves,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * From then on the people of the domain sign in with it and in no other way. Who of them has come in another way (with a
   * password, by a provider of the instance) is signed out then, the caller included.
   * @throws PRECONDITION_FAILED where it is switched off, or its settings have passed no test and that is not skipped;
   *   VALIDATION_FAILED for a start more than 90 days ahead; ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED; STEP_UP_REQUIRED
   */
  async enforce(actor: Actor, organizationId: string, id: string, wish: EnforcementWish): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    const startsAt = this.laterStart(wish);
    if (startsAt) return this.plan(actor, organizationId, id, { ...wish, startsAt });
    return this.enforceNow(actor, organizationId, id, wish.skipTest);
  }

  /** Without asking for a fresh proof: also for what was planned with one. */
  enforceNow(actor: Actor, organizationId: string, id: string, skipTest: boolean): Promise<SsoConnection> {
    return this.moves.move(actor, organizationId, id, {
      to: 'ENFORCED',
      event: ssoConnectionEnforced,
      check: (connection) => this.refuseUnlessReady(connection, skipTest),
      endSessions: async (tx, connection) => {
        await this.events.publish(tx, ssoEnforced, { actor, organizationId });
        return this.endOtherSessions(tx, connection);
      },
    });
  }

  private plan(
    actor: Actor,
    organizationId: string,
    id: string,
    { skipTest, startsAt }: EnforcementWish & { readonly startsAt: Date },
  ): Promise<SsoConnection> {
    return this.database.transaction(async (tx) => {
      const before = await this.moves.lock(tx, organizationId, id);
      await this.refuseUnlessReady(before, skipTest);
      const after: SsoConnection = { ...before, enforcementStartsAt: startsAt };
      await tx.update(
        SsoConnectionEntity,
        { id, organizationId },
        { enforcementStartsAt: startsAt, enforcementSkipsTest: skipTest, updatedAt: this.clock.now() },
      );
      await this.events.publish(tx, ssoEnforced, { actor, organizationId });
      await this.audit.record(tx, actor, ssoEnforcementPlanned, { before, after, sessionsEnded: 0 });
      return after;
    });
  }

  private laterStart({ startsAt }: EnforcementWish): Date | null {
    const now = this.clock.now();
    if (startsAt === null || startsAt <= now) return null;
    if (startsAt.getTime() - now.getTime() > FARTHEST_DAYS * DAY_MS)
      throw invalid('startsAt', `startsAt must lie within ${FARTHEST_DAYS} days.`);
    return startsAt;
  }

  private async refuseUnlessReady(connection: SsoConnection, skipTest: boolean): Promise<void> {
    const { state, testedAt } = connection;
    if (state === 'DISABLED')
      throw new AppError('PRECONDITION_FAILED', { message: 'The connection is switched off. Activate it first.' });
    if (testedAt === null && !skipTest)
      throw new AppError('PRECONDITION_FAILED', {
        message: 'These settings have passed no test sign-in yet. Run testSso, or enforce with skipTest.',
      });
    await this.moves.refuseUnlessUsable(connection);
  }

  /** Those of its domains' people, but for the ones that the organization's own connections have opened. */
  private async endOtherSessions(tx: Tx, { id, organizationId }: SsoConnection): Promise<number> {
    const ofOrganization = await tx.findBy(SsoConnectionEntity, { organizationId });
    const keys = ofOrganization.map(({ key }) => key);
    const domains = (await this.domains.provenOf([id])).get(id) ?? [];
    let ended = 0;
    for (const { name } of domains) ended += await this.sessions.endAllInDomain(tx, name, keys);
    return ended;
  }
}
