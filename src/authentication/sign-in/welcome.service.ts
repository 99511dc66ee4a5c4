import { Injectable } from '@nestjs/common';
import type { Origin } from '../../policy/actor.js';
import type { User } from '../../users/user.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { SignInService, type Attempt } from './sign-in.service.js';
import { SsoBarrier, type Barrier } from './sso-barrier.service.js';

/** What keeps somebody out who has proven who they are by something that we keep: a second factor, a passkey. */
@Injectable()
export class WelcomeService {
  constructor(
    private readonly barrier: SsoBarrier,
    private readonly verification: EmailVerification,
    private readonly signIn: SignInService,
  ) {}

  /**
   * Where single sign-on is enforced, a passkey goes past it as a password does: for those alone who may break the glass.
   * @returns the barrier that they go past, of which the caller tells; null where there is none
   * @throws SignInRefused: ACCOUNT_DEACTIVATED, SSO_REQUIRED (with `loginUrl`), EMAIL_UNPROVEN (a fresh link is on its way)
   */
  async refuseUnlessWelcome(user: User, attempt: Attempt, origin: Origin): Promise<Barrier | null> {
    if (user.isDeactivated) return this.signIn.refuse(origin, attempt, 'ACCOUNT_DEACTIVATED');
    const barrier = await this.barrier.before(user.email, user);
    if (barrier && !barrier.isOpen) {
      const { loginUrl } = barrier.enforcement;
      return this.signIn.refuse(origin, attempt, 'SSO_REQUIRED', { loginUrl });
    }
    if (!this.verification.isMissing(user)) return barrier;
    await this.verification.askAgain(user);
    return this.signIn.refuse(origin, attempt, 'EMAIL_UNPROVEN');
  }
}
