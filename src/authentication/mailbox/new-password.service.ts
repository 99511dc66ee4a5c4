import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { PasswordService } from '../../users/password.service.js';
import { NewcomerService } from '../sign-in/newcomer.service.js';
import { MailboxNotices } from './mailbox-notices.service.js';
import { OpenEntries } from './open-entries.service.js';
import { PasswordUse } from './password-use.service.js';
import { ResetLinks } from './reset-links.service.js';

/** "Forgot password", the setting: whoever holds the mailbox has the account. */
@Injectable()
export class NewPasswordService {
  constructor(
    private readonly database: Database,
    private readonly links: ResetLinks,
    private readonly use: PasswordUse,
    private readonly passwords: PasswordService,
    private readonly entries: OpenEntries,
    private readonly newcomers: NewcomerService,
    private readonly notices: MailboxNotices,
  ) {}

  /**
   * Sets the password of whom the link was mailed to, whose email is proven by it, and ends all that was open in their
   * name: every session and every other link. An account that had no password gains one.
   * @throws TOKEN_INVALID; VALIDATION_FAILED on `password`, which leaves the link good; SSO_REQUIRED; PASSWORD_DISABLED
   */
  async set(token: string, password: string, origin: Origin): Promise<void> {
    this.use.assertEnabled();
    const user = await this.links.ownerOf(token);
    await this.use.assertFree(user.email);
    const hash = await this.passwords.hashNew(password, user);
    await this.database.transaction((tx) => this.replace(tx, token, hash, origin));
  }

  private async replace(tx: Tx, token: string, hash: string, origin: Origin): Promise<void> {
    const account = await this.links.consume(tx, token);
    const { user } = account;
    const actor = anonymous(origin);
    await this.passwords.set(tx, actor, account, hash);
    await this.entries.endAllOf(tx, user.id, null);
    await this.newcomers.appointIfListed(tx, actor, { ...user, emailVerified: true });
    await this.notices.passwordChanged(tx, user);
  }
}
