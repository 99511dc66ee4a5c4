import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { gatehouseItself } from '../../policy/actor.js';
import { AGAIN_AFTER, keysToTell, organizationsToTell, type DueKey } from './due-keys.js';
import { keyReminderMail } from './key-reminder-mail.js';
import { apiKeysReminded } from './key-reminder.events.js';

const JOB = 'apiKeys.reminders';

/** Reminds people of keys that are due to be rotated, once a quarter, and of keys that are about to end, 14 and 3 days ahead. */
@Injectable()
export class KeyReminders implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('41 * * * *', JOB, () => this.remindOfDue());
  }

  /** An organization that can't be told keeps none of the others from it. */
  async remindOfDue(): Promise<void> {
    const now = this.clock.now();
    const parameters = [now, this.config.apiKeyRotationDays];
    for (const { id } of await this.database.rows<{ id: string }>(organizationsToTell, parameters)) {
      try {
        await this.database.transaction((tx) => this.remind(tx, id, now));
      } catch (error) {
        this.logger.failure('reminders of keys failed', { organizationId: id, reason: String(error) });
      }
    }
  }

  /** The mails, the event, and that they were given: in one commit, by whichever process is the first. */
  private async remind(tx: Tx, organizationId: string, now: Date): Promise<void> {
    const keys = await tx.query<DueKey[]>(keysToTell, [now, this.config.apiKeyRotationDays, organizationId]);
    const pressed = new Set(keys.filter(({ isPressing }) => isPressing).map(({ maker }) => maker));
    const told = await this.takeUntold(
      tx,
      organizationId,
      keys.filter(({ maker }) => pressed.has(maker)),
      now,
    );
    if (told.length === 0) return;
    const publicKeys = [...new Set(told.map(({ publicKey }) => publicKey))].sort();
    await this.audit.record(tx, gatehouseItself(JOB), apiKeysReminded, { organizationId, publicKeys });
    const owners = await this.members.emailsOfOwners(organizationId);
    const { host } = new URL(this.config.rootUrl);
    for (const to of new Set(told.flatMap(({ maker }) => maker ?? owners))) {
      const theirs = told.filter(({ maker }) => maker === to || (maker === null && owners.includes(to)));
      await this.mailer.enqueue(tx, keyReminderMail(to, theirs, host, now));
    }
  }

  /** Those that no other process has told of meanwhile: it is waited for here. */
  private async takeUntold(tx: Tx, organizationId: string, keys: readonly DueKey[], now: Date): Promise<DueKey[]> {
    const taken = await tx.query<{ id: string; what: string }[]>(
      `insert into api_key_reminders as told (api_key_id, what, organization_id, told_at)
       select id, what, $3, $4 from unnest($1::text[], $2::text[]) as due (id, what) order by id, what
       on conflict (api_key_id, what) do update set told_at = excluded.told_at
         where told.told_at <= excluded.told_at - interval '${AGAIN_AFTER}'
       returning api_key_id as id, what`,
      [keys.map(({ id }) => id), keys.map(({ what }) => what), organizationId, now],
    );
    return keys.filter((key) => taken.some(({ id, what }) => id === key.id && what === key.what));
  }
}
