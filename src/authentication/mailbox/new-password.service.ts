import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { PasswordService } from '../../users/password.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { NewcomerService } from '../sign-in/newcomer.service.js';
import { MailboxLinks } from './mailbox-links.service.js';
import { MailboxNotices } from './mailbox-notices.service.js';
import { PasswordUse } from './password-use.service.js';

const purposes = ['resetPassword'] as const;

/** "Forgot password", the setting: whoever holds the mailbox has the account. */
@Injectable()
export class NewPasswordService {
  constructor(
    private readonly database: Database,
    private readonly links: MailboxLinks,
    private readonly use: PasswordUse,
    private readonly passwords: PasswordService,
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly newcomers: NewcomerService,
    private readonly trail: EmailTrail,
    private readonly notices: MailboxNotices,
  ) {}

  /**
   * Sets the password of whom the link was mailed to, whose email is proven by it, and ends all that was open in their
   * name: every session and every other link. An account that had no password gains one.
   * @throws TOKEN_INVALID; VALIDATION_FAILED on `password`, which leaves the link good; SSO_REQUIRED; PASSWORD_DISABLED
   */
  async set(token: string, password: string, origin: Origin): Promise<void> {
    this.use.assertEnabled();
    const user = await this.ownerOf(token);
    await this.use.assertFree(user.email);
    const hash = await this.passwords.hashNew(password, user);
    await this.database.transaction((tx) => this.replace(tx, token, hash, origin));
  }

  /** Whom the link was mailed to. @throws TOKEN_INVALID for one that does not work, in one wording for all reasons */
  async ownerOf(token: string): Promise<User> {
    const proof = await this.links.find(token, purposes);
    const user = proof && (await this.users.findById(proof.userId));
    if (!user || user.isDeactivated || user.email !== proof.email)
      throw new AppError('TOKEN_INVALID', {
        detail: proof ? `the account of ${proof.userId} has changed` : 'no such link',
      });
    return user;
  }

  private async replace(tx: Tx, token: string, hash: string, origin: Origin): Promise<void> {
    const { id } = await this.ownerOf(token);
    await this.links.consume(tx, token, purposes);
    const user = await this.users.get(id);
    await this.users.takeTurns(tx, user.email);
    const actor = anonymous(origin);
    const account = { user, organizationId: await this.trail.of(user.email) };
    await this.passwords.set(tx, actor, account, hash);
    await this.users.markEmailVerified(tx, user.id);
    await this.sessions.endAllOf(tx, user.id);
    await this.links.endAllOf(tx, user.id);
    await this.newcomers.appointIfListed(tx, actor, { ...user, emailVerified: true });
    await this.notices.passwordChanged(tx, user);
  }
}
