import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalid } from '../../platform/errors/app-error.js';
import { job } from '../../platform/jobs/job.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Origin } from '../../policy/actor.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { PasswordUse } from './password-use.service.js';
import { ResetMailer } from './reset-mailer.service.js';

const answerRequest = job<{ readonly email: string; readonly origin: Origin }>('password.answerRequest', 5);

/**
 * "Forgot password", the asking. Whose the address is gets looked up by a job, behind the answer: what happens before it
 * is the same for every address, and so is the time that it takes (SECURITY 92).
 */
@Injectable()
export class ResetRequestService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly throttle: MailboxThrottle,
    private readonly use: PasswordUse,
    private readonly mails: ResetMailer,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(answerRequest, ({ email, origin }) => this.mails.answer(email, origin));
  }

  /**
   * Has a link mailed to the account of this email, if there is one that may have a password.
   * @throws VALIDATION_FAILED when it is no email; PASSWORD_DISABLED; RATE_LIMITED. Never anything about the account
   */
  async request(typed: string, origin: Origin): Promise<void> {
    this.use.assertEnabled();
    const email = parseEmailAddress(typed)?.address;
    if (email === undefined) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    await this.throttle.admit(email, origin.ip);
    await this.database.transaction((tx: Tx) => this.jobs.add(tx, answerRequest, { email, origin }));
  }
}
