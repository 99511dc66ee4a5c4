import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import type { Actor } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import { OrganizationService } from '../organization.service.js';
import { invitationMail } from './invitation-mail.js';
import type { Invitation } from './invitation.types.js';

/** Writes the mails of invitations. */
@Injectable()
export class InvitationSender {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly users: UserService,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** The mail goes out with the commit: neither the change nor its answer waits for a mail server. */
  async send(tx: Tx, actor: Actor, invitation: Invitation, token: string): Promise<void> {
    const { name: organizationName } = await this.organizations.get(invitation.organizationId);
    const invitedBy = actor.kind === 'user' ? await this.users.findById(actor.id) : null;
    const mail = invitationMail({
      to: invitation.email,
      organizationName,
      invitedBy,
      role: invitation.role,
      link: `${this.config.rootUrl}/accept-invitation?token=${token}`,
      expiresAt: invitation.expiresAt,
    });
    await this.mailer.enqueue(tx, mail);
  }
}
