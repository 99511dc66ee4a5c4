import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { Logger } from '../../platform/logging/logger.js';
import { Mailer, type Mail } from '../../platform/mail/mailer.js';
import type { Actor } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import { OrganizationService } from '../organization.service.js';
import { invitationMail } from './invitation-mail.js';
import { invitationMailFailed } from './invitation.events.js';
import type { Invitation } from './invitation.types.js';

/** Sends the mails of invitations, behind the commit and behind the answer: neither waits for a mail server. */
@Injectable()
export class InvitationSender implements BeforeApplicationShutdown {
  private readonly underway = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly users: UserService,
    private readonly mailer: Mailer,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  /** The mail goes out once the current transaction has committed, and not if it rolls back. */
  async sendAfterCommit(actor: Actor, invitation: Invitation, token: string): Promise<void> {
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
    this.database.afterCommit(() => {
      const sending = this.send(actor, invitation, mail).finally(() => this.underway.delete(sending));
      this.underway.add(sending);
    });
  }

  /** Mails that are on their way get there, or fail, before the process ends. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underway);
  }

  /** Never rejects: nobody waits. */
  private async send(actor: Actor, invitation: Invitation, mail: Mail): Promise<void> {
    try {
      await this.mailer.send(mail);
    } catch (error) {
      await this.tellOfFailure(actor, invitation, error);
    }
  }

  private async tellOfFailure(actor: Actor, invitation: Invitation, error: unknown): Promise<void> {
    const facts = { requestId: actor.origin.requestId, invitationId: invitation.id };
    this.logger.failure('an invitation could not be mailed', { ...facts, reason: String(error) });
    try {
      await this.audit.recordAlone(actor, invitationMailFailed, { invitation, reason: reasonOf(error) });
    } catch (cause) {
      this.logger.failure('a failed mail could not be recorded', { ...facts, reason: String(cause) });
    }
  }
}

/** The mailer's code and the server's, which tell an administrator enough; the whole message may name hosts inside. */
function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const codes = [code, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number');
  return codes.join(' ') || 'unknown';
}
