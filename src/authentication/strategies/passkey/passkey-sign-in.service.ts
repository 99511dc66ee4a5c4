import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { OpenedSession } from '../../../sessions/session.types.js';
import { UserService } from '../../../users/user.service.js';
import type { User } from '../../../users/user.types.js';
import { SessionOpener, type SignInRequest } from '../../sign-in/session-opener.service.js';
import { SignInService, type Attempt } from '../../sign-in/sign-in.service.js';
import { BrokenGlass } from '../../sign-in/broken-glass.service.js';
import type { Barrier } from '../../sign-in/sso-barrier.service.js';
import { WelcomeService } from '../../sign-in/welcome.service.js';
import { PasskeyRefusal } from './passkey-refusals.js';
import { PasskeyService, type ProvenPasskey } from './passkey.service.js';

/** Proof by a passkey that has verified who holds it: two factors in one. */
const withPasskey = { method: 'passkey', connection: null, secondFactor: null } as const;

/** Sign-in by a passkey and nothing else. */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly welcome: WelcomeService,
    private readonly passkeys: PasskeyService,
    private readonly signIn: SignInService,
    private readonly opener: SessionOpener,
    private readonly glass: BrokenGlass,
  ) {}

  /**
   * @param answer the JSON form of what `navigator.credentials.get` gave · @param browser what its flow cookie holds
   * @throws SignInRefused: PASSKEY_…, SSO_REQUIRED (with `loginUrl`), ACCOUNT_DEACTIVATED, EMAIL_UNPROVEN
   */
  async complete(
    answer: unknown,
    browser: string,
    request: SignInRequest,
  ): Promise<{ readonly user: User; readonly opened: OpenedSession }> {
    try {
      const proven = await this.passkeys.verify({ browser, purpose: 'signIn', userId: null }, answer);
      const user = await this.users.get(proven.userId);
      const barrier = await this.welcome.refuseUnlessWelcome(user, attemptOf(user), request.origin);
      return { user, opened: await this.open(user, proven, barrier, request) };
    } catch (error) {
      if (!(error instanceof PasskeyRefusal)) throw error;
      const user = error.userId === null ? null : await this.users.findById(error.userId);
      return this.signIn.refuse(request.origin, { ...attemptOf(user), detail: error.detail }, error.reason);
    }
  }

  private open(
    user: User,
    proven: ProvenPasskey,
    barrier: Barrier | null,
    request: SignInRequest,
  ): Promise<OpenedSession> {
    return this.database.transaction(async (tx) => {
      await this.glass.tell(tx, user, barrier, request.origin);
      await this.passkeys.markUsed(tx, proven);
      return this.opener.open(tx, user, withPasskey, request);
    });
  }
}

const attemptOf = (user: User | null): Attempt => ({
  method: 'passkey',
  connection: null,
  email: user?.email ?? null,
  organizationId: null,
});
