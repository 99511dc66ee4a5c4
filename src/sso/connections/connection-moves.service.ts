import { Injectable } from '@nestjs/common';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { toConnection } from './sso-connection.mapping.js';
import type { SsoConnection, SsoConnectionState } from './sso-connection.types.js';

/** What a step has changed. */
export interface Moved {
  readonly before: SsoConnection;
  readonly after: SsoConnection;
  readonly sessionsEnded: number;
}

/** A step from one state to another, and the event that tells of it. */
export interface Step {
  readonly to: SsoConnectionState;
  readonly event: AuditEventType<Moved>;
  /** Throws where this connection may not take the step. */
  readonly check?: (before: SsoConnection) => Promise<void>;
  /** Ends the sessions that could not be opened any more. @returns how many */
  readonly endSessions?: (tx: Tx, connection: SsoConnection) => Promise<number>;
}

/** How a connection goes from one state to the next: one at a time, and on the trail. */
@Injectable()
export class ConnectionMoves {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly domains: DomainService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * A connection that is there already stays as it is, with no event: nothing has happened. Each step calls off an
   * enforcement that was planned.
   * @throws NOT_FOUND; and whatever the step's own check throws
   */
  move(actor: Actor, organizationId: string, id: string, step: Step): Promise<SsoConnection> {
    const { to, event, check, endSessions } = step;
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, organizationId, id);
      if (before.state === to && before.enforcementStartsAt === null) return before;
      await check?.(before);
      const after: SsoConnection = { ...before, state: to, enforcementStartsAt: null };
      await tx.update(
        SsoConnectionEntity,
        { id, organizationId },
        { state: to, enforcementStartsAt: null, enforcementSkipsTest: false, updatedAt: this.clock.now() },
      );
      const sessionsEnded = (await endSessions?.(tx, after)) ?? 0;
      await this.audit.record(tx, actor, event, { before, after, sessionsEnded });
      return after;
    });
  }

  /** The connection, which nobody else changes until the transaction ends. @throws NOT_FOUND */
  async lock(tx: Tx, organizationId: string, id: string): Promise<SsoConnection> {
    const where = { id, organizationId };
    const row = await tx.findOne(SsoConnectionEntity, { where, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new AppError('NOT_FOUND');
    return toConnection(row, this.config.rootUrl);
  }

  /** @throws ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED */
  async refuseUnlessUsable({ organizationId, domainId }: SsoConnection): Promise<void> {
    await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    const { name } = await this.domains.get(domainId);
    if ((await this.domains.findVerified(name))?.id !== domainId) throw new AppError('DOMAIN_NOT_VERIFIED');
  }
}
