import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { domainWillGo } from '../../organizations/domains/domain.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { rowsOf, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { ConnectionMoves } from './connection-moves.service.js';
import { ConnectionDomainEntity } from '../domains/connection-domain.entity.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { ssoConnectionActivated, ssoConnectionDeleted, ssoConnectionDisabled } from './sso-connection.events.js';
import { toConnection } from './sso-connection.mapping.js';
import type { SsoConnection } from './sso-connection.types.js';

/** An organization's connections as they are, and the ways into and out of use. Enforcing one is `SsoEnforcementService`'s. */
@Injectable()
export class SsoConnectionService implements ScopeLocator, OnModuleInit {
  private readonly ofOrganization: BatchedReads<string, readonly SsoConnectionEntity[]>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly moves: ConnectionMoves,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.ofOrganization = rowsOf(database, SsoConnectionEntity, 'organizationId');
  }

  onModuleInit(): void {
    this.events.on(domainWillGo, refuseWhileConnected);
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** All connections of an organization, by key. */
  async list(organizationId: string): Promise<SsoConnection[]> {
    const rows = await this.ofOrganization.load(organizationId);
    return rows.map((row) => toConnection(row, this.config.rootUrl)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /**
   * Lets the people of the domain sign in with it. From ENFORCED it lets their passwords count again, at once; an
   * enforcement that was planned is called off.
   * @throws ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED
   */
  activate(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    const check = (connection: SsoConnection) => this.moves.refuseUnlessUsable(connection);
    return this.moves.move(actor, organizationId, id, { to: 'ACTIVE', event: ssoConnectionActivated, check });
  }

  /** Switches it off: nobody signs in with it, those under way included, and passwords count again. Sessions stay. */
  disable(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    return this.moves.move(actor, organizationId, id, { to: 'DISABLED', event: ssoConnectionDisabled });
  }

  /** Removes it, its secret included. Accounts that it has opened stay. @throws STEP_UP_REQUIRED */
  async delete(actor: Actor, organizationId: string, id: string): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      const connection = await this.moves.lock(tx, organizationId, id);
      await tx.delete(SsoConnectionEntity, { id, organizationId });
      await this.audit.record(tx, actor, ssoConnectionDeleted, connection);
      return connection;
    });
  }
}

/** A domain takes its connections along when it goes, so somebody has to have meant that. */
async function refuseWhileConnected(tx: Tx, { domainId }: { readonly domainId: string }): Promise<void> {
  const connected = await tx.existsBy(ConnectionDomainEntity, { domainId });
  if (!connected) return;
  throw new AppError('PRECONDITION_FAILED', {
    message: 'Single sign-on is configured on this domain. Delete its connections first, or take the domain from them.',
  });
}
