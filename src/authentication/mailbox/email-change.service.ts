import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { EmailChangeMails } from './email-change-mails.service.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { emailChangeRequested } from './mailbox.events.js';
import { PasswordUse } from './password-use.service.js';

/** Change of email, the asking. `EmailConfirmation` makes it true. */
@Injectable()
export class EmailChange {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly trail: EmailTrail,
    private readonly users: UserService,
    private readonly mails: EmailChangeMails,
    private readonly throttle: MailboxThrottle,
    private readonly use: PasswordUse,
  ) {}

  /**
   * Mails a link to the new address, and word of it to the old one. An address that has an account is not told of: its
   * owner gets a mail instead.
   * @returns the user, as they still are
   * @throws STEP_UP_REQUIRED; VALIDATION_FAILED on `email`; RATE_LIMITED; SSO_REQUIRED where the organization of the old or of the new
   *   domain answers for its people's addresses itself
   */
  async request(actor: Actor, typed: string): Promise<User> {
    refuseStaleProof(actor);
    const user = await this.users.get(actor.id);
    const email = parseEmailAddress(typed)?.address;
    if (email === undefined) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    if (email === user.email) throw invalid('email', 'email is the address that you have already.');
    await this.throttle.admit(user.email, actor.origin.ip);
    await this.use.assertFree(user.email, email);
    const organizationId = await this.trail.of(user.email);
    await this.database.transaction(async (tx) => {
      await this.mails.send(tx, user, email);
      await this.audit.record(tx, actor, emailChangeRequested, { user, email, organizationId });
    });
    return user;
  }
}
