import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { OwnerMails } from '../../organizations/members/owner-mails.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { mailOf } from '../../platform/mail/letter.js';
import { gatehouseItself } from '../../policy/actor.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import { ssoEnforcementMissed } from '../connections/sso-connection.events.js';
import { SsoEnforcementService } from './sso-enforcement.service.js';

const JOB = 'sso.enforce';
const ROUND = 100;

/** Enforces what was planned, when its time has come. */
@Injectable()
export class PlannedEnforcement implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly enforcement: SsoEnforcementService,
    private readonly audit: AuditService,
    private readonly owners: OwnerMails,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('* * * * *', JOB, () => this.enforceDue());
  }

  /** One that can't be enforced keeps none of the others from it. */
  async enforceDue(): Promise<void> {
    const due = await this.database.reader
      .createQueryBuilder(SsoConnectionEntity, 'connection')
      .where('connection.enforcement_starts_at <= :now', { now: this.clock.now() })
      .orderBy('connection.enforcement_starts_at')
      .limit(ROUND)
      .getMany();
    for (const row of due) {
      await this.enforceOne(row).catch((error: unknown) =>
        this.logger.failure('a planned enforcement failed', { key: row.key, reason: String(error) }),
      );
    }
  }

  private async enforceOne(row: SsoConnectionEntity): Promise<void> {
    const { organizationId, id, enforcementSkipsTest } = row;
    try {
      await this.enforcement.enforceNow(gatehouseItself(JOB), organizationId, id, enforcementSkipsTest);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await this.callOff(row, error);
    }
  }

  /** What has changed since it was planned is for the owners to look at: it is not tried again by itself. */
  private callOff(row: SsoConnectionEntity, { code, message }: AppError): Promise<void> {
    const { organizationId, id, key } = row;
    return this.database.transaction(async (tx) => {
      await tx.update(SsoConnectionEntity, { id, organizationId }, { enforcementStartsAt: null });
      await this.audit.record(tx, gatehouseItself(JOB), ssoEnforcementMissed, { organizationId, id, key, code });
      await this.owners.send(tx, organizationId, (to) =>
        mailOf({
          to,
          subject: `Single sign-on by ${key} was not enforced`,
          opening: [`It was planned for now, and could not begin: ${message}`],
          closing: 'Nothing has changed for anybody. Mend it, and plan it again.',
        }),
      );
    });
  }
}
