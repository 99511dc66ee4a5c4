import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { anonymous } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { MailboxNotices } from './mailbox-notices.service.js';
import { OpenEntries } from './open-entries.service.js';
import { PasswordUse } from './password-use.service.js';

/** Gives an account the email whose mailbox has proven to be its owner's. */
@Injectable()
export class EmailReplacement {
  constructor(
    private readonly users: UserService,
    private readonly entries: OpenEntries,
    private readonly trail: EmailTrail,
    private readonly notices: MailboxNotices,
    private readonly use: PasswordUse,
  ) {}

  /** @throws SSO_REQUIRED where the organization of the old or of the new domain answers for its people's addresses itself */
  refuseUnlessFree(user: User, email: string): Promise<void> {
    return this.use.assertFree(user.email, email);
  }

  /**
   * Ends all that was open in the account's name but the session of who follows the link, where that is of the account.
   * @throws CONFLICT when the address has an account by now
   */
  async replace(tx: Tx, user: User, email: string, { actor, sessionId }: Caller): Promise<void> {
    const account = { user, organizationId: await this.trail.of(user.email) };
    // The link is the proof, whoever is signed in to the browser that follows it.
    await this.users.changeEmail(tx, anonymous(actor.origin), account, email);
    await this.entries.endAllOf(tx, user.id, actor.id === user.id ? sessionId : null);
    await this.notices.emailChanged(tx, { from: user.email, to: email });
  }
}
