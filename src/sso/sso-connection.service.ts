import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditEventType } from '../audit/audit-event.types.js';
import { AuditService } from '../audit/audit.service.js';
import { DomainService, domainWillGo } from '../organizations/domains/domain.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { Database, type Tx } from '../platform/database/database.js';
import { TenantRepository } from '../platform/database/tenant-repository.js';
import { AppError } from '../platform/errors/app-error.js';
import { DomainEvents } from '../platform/events/domain-events.js';
import type { Actor, Scope } from '../policy/actor.js';
import { refuseStaleProof } from '../policy/fresh-proof.js';
import type { ScopeLocator } from '../policy/requires.decorator.js';
import { SessionService } from '../sessions/session.service.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import {
  ssoConnectionActivated,
  ssoConnectionDeleted,
  ssoConnectionDisabled,
  ssoConnectionEnforced,
} from './sso-connection.events.js';
import { toConnection } from './sso-connection.mapping.js';
import type { SsoConnection, SsoConnectionState } from './sso-connection.types.js';

/** A step from one state to another, and the event that tells of it. */
interface Step {
  readonly to: SsoConnectionState;
  readonly event: AuditEventType<{
    readonly before: SsoConnection;
    readonly after: SsoConnection;
    readonly sessionsEnded: number;
  }>;
  /** Throws where this connection may not take the step. */
  readonly check?: (before: SsoConnection) => Promise<void>;
  /** Ends the sessions that could not be opened any more. @returns how many */
  readonly endSessions?: (tx: Tx, connection: SsoConnection) => Promise<number>;
}

/** An organization's connections as they are, and the ways from one state to the next. */
@Injectable()
export class SsoConnectionService implements ScopeLocator, OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly domains: DomainService,
    private readonly sessions: SessionService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.events.on(domainWillGo, refuseWhileConnected);
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** All connections of an organization, by key. */
  async list(organizationId: string): Promise<SsoConnection[]> {
    const rows = await new TenantRepository(this.database.reader, SsoConnectionEntity, organizationId).find();
    return rows.map((row) => toConnection(row, this.config.rootUrl)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /**
   * Lets the people of the domain sign in with it. From ENFORCED it lets their passwords count again.
   * @throws ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED
   */
  activate(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    const check = (connection: SsoConnection) => this.refuseUnlessUsable(connection);
    return this.move(actor, organizationId, id, { to: 'ACTIVE', event: ssoConnectionActivated, check });
  }

  /**
   * From now on the people of the domain sign in with it and in no other way. Who of them has come in another way (with a
   * password, by a provider of the instance) is signed out, the caller included.
   * @throws PRECONDITION_FAILED unless it is active; ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED; STEP_UP_REQUIRED
   */
  async enforce(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    const check = async (connection: SsoConnection) => {
      if (connection.state !== 'ACTIVE') {
        throw new AppError('PRECONDITION_FAILED', {
          message: 'Activate the connection first, and sign in with it once.',
        });
      }
      await this.refuseUnlessUsable(connection);
    };
    const endSessions = (tx: Tx, connection: SsoConnection) => this.endOtherSessions(tx, connection);
    return this.move(actor, organizationId, id, { to: 'ENFORCED', event: ssoConnectionEnforced, check, endSessions });
  }

  /** Switches it off: nobody signs in with it, those under way included, and passwords count again. Sessions stay. */
  disable(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    return this.move(actor, organizationId, id, { to: 'DISABLED', event: ssoConnectionDisabled });
  }

  /** Removes it, its secret included. Accounts that it has opened stay. @throws STEP_UP_REQUIRED */
  async delete(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      const connection = await this.lock(tx, organizationId, id);
      await tx.delete(SsoConnectionEntity, { id, organizationId });
      await this.audit.record(tx, actor, ssoConnectionDeleted, connection);
      return connection;
    });
  }

  /** A connection that is there already stays as it is, with no event: nothing has happened. */
  private move(actor: Actor, organizationId: string, id: string, step: Step): Promise<SsoConnection> {
    const { to, event, check, endSessions } = step;
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, organizationId, id);
      if (before.state === to) return before;
      await check?.(before);
      const after = { ...before, state: to };
      await tx.update(SsoConnectionEntity, { id, organizationId }, { state: to, updatedAt: this.clock.now() });
      const sessionsEnded = (await endSessions?.(tx, after)) ?? 0;
      await this.audit.record(tx, actor, event, { before, after, sessionsEnded });
      return after;
    });
  }

  /** Those of the domain's people, but for the ones that the organization's own connections have opened. */
  private async endOtherSessions(tx: Tx, { organizationId, domainId }: SsoConnection): Promise<number> {
    const { name } = await this.domains.get(domainId);
    const connections = await tx.findBy(SsoConnectionEntity, { organizationId, domainId });
    return this.sessions.endAllInDomain(
      tx,
      name,
      connections.map(({ key }) => key),
    );
  }

  private async lock(tx: Tx, organizationId: string, id: string): Promise<SsoConnection> {
    const where = { id, organizationId };
    const row = await tx.findOne(SsoConnectionEntity, { where, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new AppError('NOT_FOUND');
    return toConnection(row, this.config.rootUrl);
  }

  private async refuseUnlessUsable({ organizationId, domainId }: SsoConnection): Promise<void> {
    await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    const { name } = await this.domains.get(domainId);
    if ((await this.domains.findVerified(name))?.id !== domainId) throw new AppError('DOMAIN_NOT_VERIFIED');
  }
}

/** A domain takes its connections along when it goes, so somebody has to have meant that. */
async function refuseWhileConnected(tx: Tx, { domainId }: { readonly domainId: string }): Promise<void> {
  const connected = await tx.existsBy(SsoConnectionEntity, { domainId });
  if (!connected) return;
  throw new AppError('PRECONDITION_FAILED', {
    message: 'Single sign-on is configured on this domain. Delete its connections first.',
  });
}
