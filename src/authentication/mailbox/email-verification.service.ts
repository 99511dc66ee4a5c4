import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import type { User } from '../../users/user.types.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { verificationMail } from './mailbox-mails.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';

/** Asks people to prove their email. `EmailConfirmation` takes the proof. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly database: Database,
    private readonly links: MailboxLinks,
    private readonly mailer: Mailer,
    private readonly throttle: MailboxThrottle,
    private readonly config: Config,
  ) {}

  /** Whether nobody gets a session before they have proven their email. */
  get isRequired(): boolean {
    return this.config.emailVerificationRequired;
  }

  /** Whether this user has to prove their email before they get one. */
  isMissing({ emailVerified }: User): boolean {
    return this.isRequired && !emailVerified;
  }

  /** Mails a link to the user's email, in place of any before it; not where that has had too many. */
  async ask(tx: Tx, user: User): Promise<void> {
    if (user.emailVerified || !(await this.throttle.mayMail(user.email))) return;
    const link = await this.links.issue(tx, { purpose: 'verifyEmail', userId: user.id, email: user.email });
    await this.mailer.enqueue(tx, verificationMail(user, link));
  }

  /** As `ask`, where nothing else happens. */
  askAgain(user: User): Promise<void> {
    return this.database.transaction((tx) => this.ask(tx, user));
  }
}
