import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { resetMail } from './mailbox-mails.js';
import { resetRefused, resetRequested } from './mailbox.events.js';
import { ResetRules } from './reset-rules.service.js';

/** "Forgot password", the answer: a mail to whoever may set a password, and to nobody else. */
@Injectable()
export class ResetMailer {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly trail: EmailTrail,
    private readonly rules: ResetRules,
    private readonly links: MailboxLinks,
    private readonly mailer: Mailer,
  ) {}

  /** @param email canonical @param origin of whoever asked, for the trail */
  async answer(email: string, origin: Origin): Promise<void> {
    const actor = anonymous(origin);
    const { user, objection } = await this.rules.judge(email);
    const organizationId = await this.trail.of(email);
    await this.database.transaction(async (tx) => {
      if (objection !== null) {
        await this.audit.record(tx, actor, resetRefused, { email, reason: objection, organizationId });
        return;
      }
      const link = await this.links.issue(tx, { purpose: 'resetPassword', userId: user.id, email });
      await this.mailer.enqueue(tx, resetMail(user, link));
      await this.audit.record(tx, actor, resetRequested, { user, organizationId });
    });
  }
}
