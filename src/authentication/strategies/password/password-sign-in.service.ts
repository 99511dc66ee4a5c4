import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { BoundedQueue } from '../../../platform/crypto/bounded-queue.js';
import { parseEmailAddress } from '../../../platform/text/email-address.js';
import { anonymous, type Origin } from '../../../policy/actor.js';
import { PasswordService } from '../../../users/password.service.js';
import { UserService } from '../../../users/user.service.js';
import type { User } from '../../../users/user.types.js';
import { EmailTrail } from '../../sign-in/email-trail.service.js';
import { EmailVerification } from '../../mailbox/email-verification.service.js';
import { SignInService, type Attempt } from '../../sign-in/sign-in.service.js';
import { SsoBarrier } from '../../sign-in/sso-barrier.service.js';
import { SignInThrottle } from '../../throttle/sign-in-throttle.service.js';
import type { Visitor } from '../../throttle/visitor.js';

/**
 * Enough that a hash is always being computed, and few enough that a crowd does not take every connection to the database
 * from everybody else: who waits has not asked it anything yet.
 */
const AT_ONCE = { concurrency: 8, maxQueue: 500 };

@Injectable()
export class PasswordSignInService {
  private readonly turns = new BoundedQueue(AT_ONCE);

  constructor(
    private readonly users: UserService,
    private readonly barrier: SsoBarrier,
    private readonly passwords: PasswordService,
    private readonly throttle: SignInThrottle,
    private readonly signIn: SignInService,
    private readonly verification: EmailVerification,
    private readonly trail: EmailTrail,
    private readonly config: Config,
  ) {}

  /**
   * Whose email and password these are. An unknown email costs the time of a known one and gets the same words.
   * @throws SignInRefused: INVALID_CREDENTIALS, SSO_REQUIRED (with `loginUrl`), PASSWORD_DISABLED, RATE_LIMITED,
   *   EMAIL_NOT_VERIFIED (a fresh link is on its way); Overloaded
   */
  prove(typedEmail: string, password: string, visitor: Visitor): Promise<User> {
    return this.turns.run(() => this.proveInTurn(typedEmail, password, visitor));
  }

  private async proveInTurn(typedEmail: string, password: string, { origin, deviceOf }: Visitor): Promise<User> {
    const email = parseEmailAddress(typedEmail);
    const attempt: Attempt = {
      method: 'password',
      connection: null,
      email: email?.address ?? null,
      organizationId: null,
    };
    if (this.config.passwordDisabled) return this.signIn.refuse(origin, attempt, 'PASSWORD_DISABLED');

    const user = email && (await this.users.findByEmail(email.address));
    const place = { email: email?.address ?? typedEmail, ip: origin.ip, device: user && deviceOf(user.id) };
    const wait = await this.throttle.count(place);
    if (wait !== null) return this.signIn.refuse(origin, attempt, 'TOO_MANY_ATTEMPTS', { retryAfterSeconds: wait });

    // Looked at where single sign-on is enforced, too: neither the answer nor its time tells who may go past that.
    const outcome = await this.passwords.check(user, password);
    const isRight = outcome === 'right' || outcome === 'weak';
    const barrier = email && (await this.barrier.before(email.address, isRight ? user : null));
    if (barrier && !barrier.isOpen) {
      const { loginUrl } = barrier.enforcement;
      return this.signIn.refuse(origin, attempt, 'SSO_REQUIRED', { loginUrl });
    }
    if (!user || outcome === 'missing') return this.signIn.refuse(origin, attempt, 'UNKNOWN_ACCOUNT');
    if (outcome === 'wrong') return this.signIn.refuse(origin, attempt, 'WRONG_PASSWORD');
    if (user.isDeactivated) return this.signIn.refuse(origin, attempt, 'ACCOUNT_DEACTIVATED');
    if (this.verification.isMissing(user)) {
      await this.verification.askAgain(user);
      return this.signIn.refuse(origin, attempt, 'EMAIL_UNPROVEN');
    }

    if (outcome === 'weak') await this.strengthen(user, password, origin);
    await this.throttle.forgive(place);
    return user;
  }

  private async strengthen(user: User, password: string, origin: Origin): Promise<void> {
    const organizationId = await this.trail.of(user.email);
    await this.passwords.strengthen(anonymous(origin), { user, organizationId }, password);
  }
}
