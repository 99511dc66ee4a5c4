import { Injectable } from '@nestjs/common';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Origin } from '../../policy/actor.js';
import { SsoDiscoveryService } from '../../sso/sso-discovery.service.js';
import type { User } from '../../users/user.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { SignInService, type Attempt } from './sign-in.service.js';

/** What keeps somebody out who has proven who they are by something that we keep: a second factor, a passkey. */
@Injectable()
export class WelcomeService {
  constructor(
    private readonly discovery: SsoDiscoveryService,
    private readonly verification: EmailVerification,
    private readonly signIn: SignInService,
  ) {}

  /**
   * Where single sign-on is enforced, a passkey goes past it as a password does.
   * @throws SignInRefused: ACCOUNT_DEACTIVATED, SSO_REQUIRED (with `loginUrl`), EMAIL_UNPROVEN (a fresh link is on its way)
   */
  async refuseUnlessWelcome(user: User, attempt: Attempt, origin: Origin): Promise<void> {
    if (user.isDeactivated) await this.signIn.refuse(origin, attempt, 'ACCOUNT_DEACTIVATED');
    const domain = parseEmailAddress(user.email)?.domain;
    const enforcement = domain === undefined ? null : await this.discovery.enforcementFor(domain);
    if (enforcement) await this.signIn.refuse(origin, attempt, 'SSO_REQUIRED', { loginUrl: enforcement.loginUrl });
    if (!this.verification.isMissing(user)) return;
    await this.verification.askAgain(user);
    await this.signIn.refuse(origin, attempt, 'EMAIL_UNPROVEN');
  }
}
