import { Injectable } from '@nestjs/common';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import type { EmailAddress } from '../../platform/text/email-address.js';
import type { Origin } from '../../policy/actor.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import { SsoEntryRule } from '../../sso/entry/sso-entry-rule.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { MailboxNotices } from '../mailbox/mailbox-notices.service.js';
import { SignInRefused } from '../sign-in/sign-in-refused.js';
import { SignInService, type Attempt } from '../sign-in/sign-in.service.js';

/** Who may make an account with a password. */
@Injectable()
export class SignUpRules {
  constructor(
    private readonly database: Database,
    private readonly notices: MailboxNotices,
    private readonly users: UserService,
    private readonly invitations: InvitationService,
    private readonly discovery: SsoDiscoveryService,
    private readonly entry: SsoEntryRule,
    private readonly signIn: SignInService,
    private readonly config: Config,
  ) {}

  /** @throws SignInRefused: INVITATION_INVALID, SSO_REQUIRED (with `loginUrl`), SIGN_UP_CLOSED, PASSWORD_DISABLED */
  async refuseUnlessOpen(email: EmailAddress, invitation: string | null, origin: Origin): Promise<void> {
    const attempt = attemptOf(email);
    if (this.config.passwordDisabled) await this.signIn.refuse(origin, attempt, 'PASSWORD_DISABLED');
    const enforcement = await this.discovery.enforcementFor(email.domain);
    if (enforcement) await this.signIn.refuse(origin, attempt, 'SSO_REQUIRED', { loginUrl: enforcement.loginUrl });
    if (invitation === null && this.config.signUpDisabled) await this.signIn.refuse(origin, attempt, 'SIGN_UP_CLOSED');
    if (invitation !== null) await this.refuseUninvited(email, invitation, origin);
  }

  /** An invitation is bound to the address that it was sent to, and opens no door that a password does not. */
  private async refuseUninvited(email: EmailAddress, token: string, origin: Origin): Promise<void> {
    const attempt = attemptOf(email);
    const invitation = await this.invitations.preview(token);
    if (invitation?.state !== 'open' || invitation.email !== email.address)
      return this.signIn.refuse(origin, attempt, 'INVITATION_INVALID');
    const { organizationId, ssoException } = invitation;
    const visitor = { email: email.address, proof: null, ssoException };
    const objection = await this.entry.objectionToJoining(visitor, organizationId);
    if (objection) await this.signIn.refuse(origin, { ...attempt, organizationId }, 'GUEST_WITHOUT_EXCEPTION');
  }

  /** Whether there is an account already that this sign-up can't take over. */
  async isTaken(email: EmailAddress, invitation: string | null): Promise<boolean> {
    const existing = await this.users.findByEmail(email.address);
    return existing !== null && !(invitation !== null && isUnproven(existing));
  }

  /** Records that the email is taken. @throws SignInRefused: CONFLICT */
  refuseTaken(email: EmailAddress, origin: Origin): Promise<never> {
    return this.signIn.refuse(origin, attemptOf(email), 'EMAIL_TAKEN');
  }

  /** Where the answer must not tell that the email is taken: its owner gets a mail, and the trail an entry. */
  async tellOwner(email: EmailAddress, origin: Origin): Promise<void> {
    await this.database.transaction((tx) => this.notices.accountExists(tx, email.address));
    await this.refuseTaken(email, origin).catch((error: unknown) => {
      if (!(error instanceof SignInRefused)) throw error;
    });
  }

  /** The name of the organization that invites by this token. */
  async organizationOf(invitation: string | null): Promise<string | undefined> {
    const preview = invitation === null ? null : await this.invitations.preview(invitation);
    return preview?.organizationName;
  }
}

const attemptOf = ({ address }: EmailAddress): Attempt => ({
  method: 'password',
  connection: null,
  email: address,
  organizationId: null,
});

/** Whether somebody may have made the account without having seen its mailbox. */
export function isUnproven(user: User): boolean {
  return !user.emailVerified && !user.isDeactivated;
}
