import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { EmailAddress } from '../../platform/text/email-address.js';
import type { Origin } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';
import { SignInRefused } from '../sign-in/sign-in-refused.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { attemptOf, isUnproven } from './sign-up-attempt.js';

/** What becomes of a sign-up whose email has an account. */
@Injectable()
export class TakenEmail {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly signIn: SignInService,
    private readonly notices: MailboxNotices,
  ) {}

  /** Whether there is an account already that this sign-up can't take over. */
  async is(email: EmailAddress, invitation: string | null): Promise<boolean> {
    const existing = await this.users.findByEmail(email.address);
    return existing !== null && !(invitation !== null && isUnproven(existing));
  }

  /** Records that the email is taken. @throws SignInRefused: CONFLICT */
  refuse(email: EmailAddress, origin: Origin): Promise<never> {
    return this.signIn.refuse(origin, attemptOf(email), 'EMAIL_TAKEN');
  }

  /** Where the answer must not tell that the email is taken: its owner gets a mail, and the trail an entry. */
  async tellOwner(email: EmailAddress, origin: Origin): Promise<void> {
    await this.database.transaction((tx) => this.notices.accountExists(tx, email.address));
    await this.refuse(email, origin).catch((error: unknown) => {
      if (!(error instanceof SignInRefused)) throw error;
    });
  }
}
