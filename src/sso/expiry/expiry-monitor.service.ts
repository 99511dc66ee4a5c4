import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { OwnerMails } from '../../organizations/members/owner-mails.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { gatehouseItself } from '../../policy/actor.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import { expiriesOf, warningDue, type Expiry } from './expiries.js';
import { expiryMail, type ExpiryNotice } from './expiry-mail.js';
import { ExpiryWarningEntity } from './expiry-warning.entity.js';
import { ssoExpiryWarned } from './expiry.events.js';

const JOB = 'sso.expiries';
const AT_ONCE = 500;

/** Looks every hour at what is about to expire of the connections in use, and tells the owners while there is time. */
@Injectable()
export class ExpiryMonitor implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly owners: OwnerMails,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('17 * * * *', JOB, () => this.warnOfDue());
  }

  /** One that can't be told of keeps none of the others from it. */
  async warnOfDue(): Promise<void> {
    let last = '';
    for (;;) {
      const rows = await this.database.reader.find(SsoConnectionEntity, {
        where: { id: MoreThan(last), state: In(['ACTIVE', 'ENFORCED']) },
        order: { id: 'ASC' },
        take: AT_ONCE,
      });
      for (const row of rows) for (const expiry of expiriesOf(row)) await this.warnIfDue(row, expiry);
      if (rows.length < AT_ONCE) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  private async warnIfDue(connection: SsoConnectionEntity, expiry: Expiry): Promise<void> {
    const days = warningDue(expiry, this.clock.now());
    if (days === null) return;
    try {
      await this.database.transaction((tx) => this.warnOnce(tx, { connection, expiry, days }));
    } catch (error) {
      this.logger.failure('a warning of an expiry failed', { key: connection.key, reason: String(error) });
    }
  }

  /** The mails, the event, and that they were given: in one commit, by whichever process is the first. */
  private async warnOnce(tx: Tx, notice: ExpiryNotice & { readonly connection: SsoConnectionEntity }): Promise<void> {
    const { connection, expiry, days } = notice;
    const { id: connectionId, organizationId } = connection;
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(ExpiryWarningEntity)
      .values({ connectionId, what: expiry.what, expiresAt: expiry.at, days, organizationId })
      .orIgnore()
      .returning('days')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) return;
    await this.audit.record(tx, gatehouseItself(JOB), ssoExpiryWarned, notice);
    const { host } = new URL(this.config.rootUrl);
    await this.owners.send(tx, organizationId, (to) => expiryMail(to, notice, host));
  }
}
