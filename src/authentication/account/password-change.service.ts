import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Caller } from '../../policy/current.decorators.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { PasswordService } from '../../users/password.service.js';
import { UserService } from '../../users/user.service.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';
import { OpenEntries } from '../mailbox/open-entries.service.js';
import { PasswordUse } from '../mailbox/password-use.service.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';

/** Another password, or a first one, for somebody who is signed in and has just proven who they are. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly use: PasswordUse,
    private readonly entries: OpenEntries,
    private readonly notices: MailboxNotices,
    private readonly trail: EmailTrail,
  ) {}

  /**
   * Ends all that was open in their name but the session that asks: other sessions, and links that were mailed.
   * @throws STEP_UP_REQUIRED; VALIDATION_FAILED on `password`, with a hint; SSO_REQUIRED; PASSWORD_DISABLED
   */
  async change({ actor, sessionId }: Caller, password: string): Promise<void> {
    if (sessionId === null) throw new AppError('UNAUTHENTICATED');
    refuseStaleProof(actor);
    this.use.assertEnabled();
    const user = await this.users.get(actor.id);
    await this.use.assertFree(user.email);
    const hash = await this.passwords.hashNew(password, user);
    await this.database.transaction(async (tx) => {
      await this.users.takeTurns(tx, user.email);
      await this.passwords.change(tx, actor, { user, organizationId: await this.trail.of(user.email) }, hash);
      await this.entries.endAllOf(tx, user.id, sessionId);
      await this.notices.passwordChanged(tx, user);
    });
  }
}
