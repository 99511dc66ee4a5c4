import { Injectable } from '@nestjs/common';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Config } from '../../platform/config/config.js';
import type { EmailAddress } from '../../platform/text/email-address.js';
import type { Origin } from '../../policy/actor.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import { SsoEntryRule } from '../../sso/entry/sso-entry-rule.service.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { attemptOf } from './sign-up-attempt.js';

/** Who may make an account with a password. */
@Injectable()
export class SignUpRules {
  constructor(
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

  /** The name of the organization that invites by this token. */
  async organizationOf(invitation: string | null): Promise<string | undefined> {
    const preview = invitation === null ? null : await this.invitations.preview(invitation);
    return preview?.organizationName;
  }
}
