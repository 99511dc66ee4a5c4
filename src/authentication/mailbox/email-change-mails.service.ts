import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { MailboxNotices } from './mailbox-notices.service.js';

/** The mails to both addresses of somebody who wants another email. */
@Injectable()
export class EmailChangeMails {
  constructor(
    private readonly users: UserService,
    private readonly links: MailboxLinks,
    private readonly notices: MailboxNotices,
  ) {}

  /** To the new address a link; to the old one word of it. @param email the new one, canonical */
  async send(tx: Tx, user: User, email: string): Promise<void> {
    // In any case, so that a taken address takes no less; what is in no mail can't be followed.
    const link = await this.links.issue(tx, { purpose: 'changeEmail', userId: user.id, email });
    if (await this.users.findByEmail(email)) await this.notices.accountExists(tx, email);
    else await this.notices.confirmChange(tx, email, user, link);
    await this.notices.changeRequested(tx, user, email);
  }
}
