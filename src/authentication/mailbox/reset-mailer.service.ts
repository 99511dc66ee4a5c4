import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { resetMail } from './mailbox-mails.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { resetRefused, resetRequested } from './mailbox.events.js';
import { PasswordUse } from './password-use.service.js';

/** "Forgot password", the answer: a mail to whoever may set a password, and to nobody else. */
@Injectable()
export class ResetMailer {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly trail: EmailTrail,
    private readonly users: UserService,
    private readonly links: MailboxLinks,
    private readonly mailer: Mailer,
    private readonly throttle: MailboxThrottle,
    private readonly use: PasswordUse,
  ) {}

  /** @param email canonical @param origin of whoever asked, for the trail */
  async answer(email: string, origin: Origin): Promise<void> {
    const actor = anonymous(origin);
    const user = await this.users.findByEmail(email);
    const reason = await this.objectionTo(user, email);
    const organizationId = await this.trail.of(email);
    await this.database.transaction(async (tx) => {
      if (!user || reason !== null) {
        await this.audit.record(tx, actor, resetRefused, {
          email,
          reason: reason ?? 'UNKNOWN_ACCOUNT',
          organizationId,
        });
        return;
      }
      const link = await this.links.issue(tx, { purpose: 'resetPassword', userId: user.id, email });
      await this.mailer.enqueue(tx, resetMail(user, link));
      await this.audit.record(tx, actor, resetRequested, { user, organizationId });
    });
  }

  private async objectionTo(user: User | null, email: string): Promise<string | null> {
    if (!user) return 'UNKNOWN_ACCOUNT';
    if (user.isDeactivated) return 'ACCOUNT_DEACTIVATED';
    const bound = await this.use.assertFree(email).then(() => false, isSsoRequired);
    if (bound) return 'SSO_REQUIRED';
    return (await this.throttle.mayMail(email)) ? null : 'TOO_MANY_MAILS';
  }
}

function isSsoRequired(error: unknown): true {
  if (error instanceof AppError && error.code === 'SSO_REQUIRED') return true;
  throw error;
}
