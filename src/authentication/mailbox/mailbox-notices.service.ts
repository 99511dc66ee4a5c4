import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { tamed } from '../../platform/mail/letter.js';
import type { User } from '../../users/user.types.js';
import type { MailedLink } from './mailbox-links.service.js';
import {
  accountExistsMail,
  changeRequestedMail,
  confirmChangeMail,
  emailChangedMail,
  passwordChangedMail,
  signInMethodsMail,
} from './mailbox-mails.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';

/** Mails that tell of something, and of what to do for whom it was not. They go out with the commit that they tell of. */
@Injectable()
export class MailboxNotices {
  constructor(
    private readonly mailer: Mailer,
    private readonly throttle: MailboxThrottle,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  passwordChanged(tx: Tx, user: User): Promise<void> {
    return this.mailer.enqueue(tx, passwordChangedMail(user, this.clock.now(), this.at('/forgot-password')));
  }

  /** To whom an address belongs that somebody else wanted to use; not where it has had too many mails. */
  async accountExists(tx: Tx, email: string): Promise<void> {
    if (await this.throttle.mayMail(email))
      await this.mailer.enqueue(tx, accountExistsMail(email, this.at('/sign-in')));
  }

  /** To the address that somebody wants; not where it has had too many mails. */
  async confirmChange(tx: Tx, email: string, from: User, link: MailedLink): Promise<void> {
    if (await this.throttle.mayMail(email)) await this.mailer.enqueue(tx, confirmChangeMail(email, from, link));
  }

  changeRequested(tx: Tx, user: User, email: string): Promise<void> {
    return this.mailer.enqueue(tx, changeRequestedMail(user, email, this.at('/forgot-password')));
  }

  /** Tells both addresses. */
  async emailChanged(tx: Tx, change: { readonly from: string; readonly to: string }): Promise<void> {
    for (const to of [change.from, change.to])
      await this.mailer.enqueue(tx, emailChangedMail(to, change, this.clock.now()));
  }

  /** @param name of the provider, as a person knows it */
  signInMethodAdded(tx: Tx, user: User, name: string): Promise<void> {
    return this.methodsChanged(tx, user, `You can sign in with ${tamed(name)} from now on.`);
  }

  /** @param name of the provider, as a person knows it */
  signInMethodRemoved(tx: Tx, user: User, name: string): Promise<void> {
    return this.methodsChanged(tx, user, `You cannot sign in with ${tamed(name)} any more.`);
  }

  private methodsChanged(tx: Tx, user: User, change: string): Promise<void> {
    return this.mailer.enqueue(tx, signInMethodsMail(user, change, this.clock.now(), this.at('/account')));
  }

  private at(path: string): string {
    return `${this.config.rootUrl}${path}`;
  }
}
