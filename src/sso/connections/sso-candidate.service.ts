import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { ConnectionSecrets } from './connection-secrets.service.js';
import type { ConnectionSettingsColumns } from './connection-settings.entity.js';
import { secretPlaceOf, type StoredSettings } from './secret-place.js';
import { SsoCandidateEntity } from './sso-candidate.entity.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { ssoCandidateDiscarded, ssoCandidatePromoted } from './sso-connection.events.js';
import { toCandidate, toConnection } from './sso-connection.mapping.js';
import type { SsoCandidate, SsoConnection } from './sso-connection.types.js';

interface Both {
  readonly connection: Row<SsoConnectionEntity>;
  readonly candidate: Row<SsoCandidateEntity>;
}

/** What becomes of the candidates: settings that are saved for a connection in force take nobody's sign-in away until they are promoted. */
@Injectable()
export class SsoCandidateService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly secrets: ConnectionSecrets,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** By connection; whoever has none is missing. In one statement, however many. */
  async listOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, SsoCandidate>> {
    const rows = await this.database.reader.findBy(SsoCandidateEntity, { connectionId: In([...connectionIds]) });
    return new Map(rows.map((row) => [row.connectionId, toCandidate(row)]));
  }

  /**
   * The candidate takes over, and what it takes over from becomes the candidate: promoting again is the way back. Who is
   * signed in stays so.
   * @throws NOT_FOUND; PRECONDITION_FAILED where there is none, or it has passed no test and that is not skipped;
   *   STEP_UP_REQUIRED
   */
  promote(actor: Actor, organizationId: string, connectionId: string, skipTest: boolean): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      const { connection, candidate } = await this.lock(tx, organizationId, connectionId);
      if (candidate.testedAt === null && !skipTest)
        throw new AppError('PRECONDITION_FAILED', {
          message: 'The candidate has passed no test sign-in yet. Run testSso, or promote it with skipTest.',
        });
      const now = this.clock.now();
      const after = { ...connection, ...this.moved(candidate, connection), updatedAt: now };
      await tx.update(SsoConnectionEntity, { id: connectionId, organizationId }, after);
      const previous = { ...this.moved(connection, candidate), createdAt: now };
      await tx.update(SsoCandidateEntity, { connectionId, organizationId }, previous);
      const told = toConnection(after, this.config.rootUrl);
      const before = toConnection(connection, this.config.rootUrl);
      await this.audit.record(tx, actor, ssoCandidatePromoted, { before, after: told });
      return told;
    });
  }

  /** @throws NOT_FOUND; PRECONDITION_FAILED where there is none */
  discard(actor: Actor, organizationId: string, connectionId: string): Promise<SsoConnection> {
    return this.database.transaction(async (tx) => {
      const both = await this.lock(tx, organizationId, connectionId);
      await tx.delete(SsoCandidateEntity, { connectionId, organizationId });
      const connection = toConnection(both.connection, this.config.rootUrl);
      const candidate = toCandidate(both.candidate);
      await this.audit.record(tx, actor, ssoCandidateDiscarded, { connection, candidate });
      return connection;
    });
  }

  /** The settings of one as the other can hold them. */
  private moved(from: StoredSettings, to: StoredSettings): Row<ConnectionSettingsColumns> {
    const {
      issuer,
      clientId,
      clientSecret,
      clientSecretExpiresAt,
      clientAuthMethod,
      scopes,
      pkce,
      saml,
      revision,
      testedAt,
    } = from;
    return {
      issuer,
      clientId,
      clientSecret: this.secrets.move(clientSecret, secretPlaceOf(from), secretPlaceOf(to)),
      clientSecretExpiresAt,
      clientAuthMethod,
      scopes,
      pkce,
      saml,
      revision,
      testedAt,
    };
  }

  private async lock(tx: Tx, organizationId: string, connectionId: string): Promise<Both> {
    const connection = await tx.findOne(SsoConnectionEntity, {
      where: { id: connectionId, organizationId },
      lock: { mode: 'pessimistic_write' },
    });
    if (!connection) throw new AppError('NOT_FOUND');
    const candidate = await tx.findOneBy(SsoCandidateEntity, { connectionId, organizationId });
    if (!candidate)
      throw new AppError('PRECONDITION_FAILED', {
        message: 'There is no candidate: change the settings of an enforced connection, and one is made.',
      });
    return { connection, candidate };
  }
}
