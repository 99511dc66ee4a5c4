import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { gatehouseItself } from '../../policy/actor.js';
import { SamlClientService } from '../protocols/saml/saml-client.service.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { SamlIdentityProvider } from './saml-identity-provider.types.js';
import { samlCertificatesRead, samlMetadataRefused } from './saml-metadata.events.js';
import { storedCertificate } from './saml-settings.js';

const JOB = 'sso.metadata';
const EVERY_MINUTES = 24 * 60;
const ROUND = 200;
const AT_ONCE = 10;

/**
 * Reads the metadata of SAML identity providers again, once a day: a certificate that is to be changed is announced there
 * before it signs anything. The certificates are taken over and nothing else: whom we believe is for an administrator to say.
 */
@Injectable()
export class SamlMetadataMonitor implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly jobs: Jobs,
    private readonly saml: SamlClientService,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('*/10 * * * *', JOB, () => this.readDue());
  }

  /** One that cannot be read keeps its certificates, and none of the others from theirs. */
  async readDue(): Promise<void> {
    const due = await this.database.reader
      .createQueryBuilder(SsoConnectionEntity, 'connection')
      .where(`connection.saml->>'metadataUrl' is not null`)
      .andWhere('(connection.metadata_read_at is null or connection.metadata_read_at < :before)', {
        before: this.clock.inMinutes(-EVERY_MINUTES),
      })
      .orderBy('connection.metadata_read_at', 'ASC', 'NULLS FIRST')
      .limit(ROUND)
      .getMany();
    for (let from = 0; from < due.length; from += AT_ONCE)
      await Promise.all(due.slice(from, from + AT_ONCE).map((row) => this.readOne(row)));
  }

  private async readOne(row: SsoConnectionEntity): Promise<void> {
    const { metadataUrl } = row.saml as SamlIdentityProvider;
    try {
      const { entityId, certificates } = await this.saml.inspect(metadataUrl ?? '');
      if (entityId === row.issuer) await this.take(row, certificates.map(storedCertificate));
      else await this.refuse(row, `it is of ${entityId}`);
    } catch (error) {
      if (error instanceof AppError) await this.refuse(row, error.code);
      else this.logger.failure('metadata could not be read', { key: row.key, reason: String(error) });
    }
  }

  private take(read: SsoConnectionEntity, certificates: SamlIdentityProvider['certificates']): Promise<void> {
    const { id, organizationId, revision } = read;
    return this.database.transaction(async (tx) => {
      const where = { id, organizationId, revision };
      const row = await tx.findOne(SsoConnectionEntity, { where, lock: { mode: 'pessimistic_write' } });
      if (!row) return;
      const before = row.saml as SamlIdentityProvider;
      const saml: SamlIdentityProvider = { ...before, certificates };
      await tx.update(SsoConnectionEntity, where, { saml, metadataReadAt: this.clock.now() });
      if (isDeepStrictEqual(before.certificates, certificates)) return;
      const told = { organizationId, id, key: row.key };
      await this.audit.record(tx, gatehouseItself(JOB), samlCertificatesRead, {
        ...told,
        before: fingerprints(before),
        after: fingerprints(saml),
      });
    });
  }

  private refuse({ id, organizationId, key }: SsoConnectionEntity, why: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      await tx.update(SsoConnectionEntity, { id, organizationId }, { metadataReadAt: this.clock.now() });
      await this.audit.record(tx, gatehouseItself(JOB), samlMetadataRefused, { organizationId, id, key, why });
    });
  }
}

const fingerprints = ({ certificates }: SamlIdentityProvider) => certificates.map(({ fingerprint }) => fingerprint);
