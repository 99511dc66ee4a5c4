import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain } from '../../organizations/domains/domain.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { ConnectionMoves } from '../connections/connection-moves.service.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { SsoConnection } from '../connections/sso-connection.types.js';
import { ConnectionDomainEntity } from './connection-domain.entity.js';
import { ssoDomainAdded, ssoDomainRemoved } from './sso-domain.events.js';

/** Lets a connection speak for more domains of its organization than the one that it was made for. */
@Injectable()
export class SsoDomainService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly domains: DomainService,
    private readonly sessions: SessionService,
    private readonly moves: ConnectionMoves,
    private readonly clock: Clock,
  ) {}

  /**
   * The people of the domain sign in with it from now on; and in no other way, where it is enforced: who of them has come
   * in another way is signed out. A domain that it speaks for already stays, with no event.
   * @throws NOT_FOUND also for another organization's domain; DOMAIN_NOT_VERIFIED; STEP_UP_REQUIRED where it is enforced
   */
  add(actor: Actor, organizationId: string, connectionId: string, domainId: string): Promise<SsoConnection> {
    return this.database.transaction(async (tx) => {
      const connection = await this.moves.lock(tx, organizationId, connectionId);
      const domain = await this.own(organizationId, domainId);
      if (domain.status !== 'VERIFIED') throw new AppError('DOMAIN_NOT_VERIFIED');
      if (connection.state === 'ENFORCED') refuseStaleProof(actor, this.clock.now());
      if (await tx.existsBy(ConnectionDomainEntity, { connectionId, domainId })) return connection;
      await tx.insert(ConnectionDomainEntity, { connectionId, domainId, organizationId });
      const sessionsEnded = connection.state === 'ENFORCED' ? await this.endOtherSessions(tx, connection, domain) : 0;
      await this.audit.record(tx, actor, ssoDomainAdded, { connection, domain: domain.name, sessionsEnded });
      return connection;
    });
  }

  /**
   * Its people sign in as though there were no connection. Sessions stay.
   * @throws NOT_FOUND also for a domain that it does not speak for; PRECONDITION_FAILED for the one that it was made for
   */
  remove(actor: Actor, organizationId: string, connectionId: string, domainId: string): Promise<SsoConnection> {
    return this.database.transaction(async (tx) => {
      const connection = await this.moves.lock(tx, organizationId, connectionId);
      const domain = await this.own(organizationId, domainId);
      if (domainId === connection.domainId)
        throw new AppError('PRECONDITION_FAILED', {
          message: 'That is the domain that the connection is named by. Delete the connection instead.',
        });
      const { affected } = await tx.delete(ConnectionDomainEntity, { connectionId, domainId, organizationId });
      if (affected !== 1) throw new AppError('NOT_FOUND');
      await this.audit.record(tx, actor, ssoDomainRemoved, { connection, domain: domain.name });
      return connection;
    });
  }

  private async own(organizationId: string, domainId: string): Promise<Domain> {
    const domain = await this.domains.get(domainId);
    if (domain.organizationId !== organizationId) throw new AppError('NOT_FOUND');
    return domain;
  }

  private async endOtherSessions(tx: Tx, { organizationId }: SsoConnection, { name }: Domain): Promise<number> {
    const connections = await tx.findBy(SsoConnectionEntity, { organizationId });
    return this.sessions.endAllInDomain(
      tx,
      name,
      connections.map(({ key }) => key),
    );
  }
}
