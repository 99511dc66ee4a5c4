import { Injectable } from '@nestjs/common';
import { AccessService, userIdentity } from '../../access/access.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import type { SecondFactor } from '../../policy/proof.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { User } from '../../users/user.types.js';
import { SessionOpener, withPassword, type SignInRequest } from '../sign-in/session-opener.service.js';
import { SignInService, type Attempt } from '../sign-in/sign-in.service.js';
import { BrokenGlass } from '../sign-in/broken-glass.service.js';
import type { Barrier } from '../sign-in/sso-barrier.service.js';
import { WelcomeService } from '../sign-in/welcome.service.js';
import { FactorProofService, type Prover, type ShownPasskey } from './factor-proof.service.js';
import { asFactorRefusal, FactorRefusal } from './factor-refusal.js';
import { PendingSignInService } from './pending-sign-in.service.js';

/** A second factor as it comes with a request. */
export type ShownFactor = { readonly code: string } | { readonly passkey: Omit<ShownPasskey, 'purpose'> };

export interface FinishedSignIn {
  readonly user: User;
  readonly opened: OpenedSession;
}

interface Pending {
  readonly user: User;
  /** What the cookie holds. */
  readonly token: string;
  /** The single sign-on that they go past. */
  readonly barrier: Barrier | null;
}

/** The second step of a sign-in with a password. */
@Injectable()
export class SecondStepService {
  constructor(
    private readonly pending: PendingSignInService,
    private readonly proof: FactorProofService,
    private readonly welcome: WelcomeService,
    private readonly signIn: SignInService,
    private readonly opener: SessionOpener,
    private readonly glass: BrokenGlass,
    private readonly access: AccessService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param token what the cookie of the pending sign-in holds
   * @throws SignInRefused: SIGN_IN_OVER, WRONG_CODE, USED_CODE, TOO_MANY_CODES (with `retryAfterSeconds`), PASSKEY_…,
   *   SSO_REQUIRED (with `loginUrl`), ACCOUNT_DEACTIVATED, EMAIL_UNPROVEN
   */
  async finish(token: string | null, shown: ShownFactor, request: SignInRequest): Promise<FinishedSignIn> {
    const user = await this.pending.find(token);
    if (token === null || !user) return this.signIn.refuse(request.origin, attemptOf(null), 'SIGN_IN_OVER');
    // What has changed since the password was typed counts too.
    const barrier = await this.welcome.refuseUnlessWelcome(user, attemptOf(user), request.origin);
    try {
      if (!(await this.pending.count(token))) throw new FactorRefusal('SIGN_IN_OVER', 'too many attempts');
      return { user, opened: await this.prove({ user, token, barrier }, shown, request) };
    } catch (error) {
      const { reason, detail, facts } = asFactorRefusal(error);
      const attempt = { ...attemptOf(user), ...(detail === null ? {} : { detail }) };
      return this.signIn.refuse(request.origin, attempt, reason, facts);
    }
  }

  private prove({ user, token, barrier }: Pending, shown: ShownFactor, request: SignInRequest): Promise<OpenedSession> {
    const now = this.clock.now();
    const proof = { ...withPassword, provenAt: now, createdAt: now };
    const prover: Prover = { user, actor: this.access.actorFor(userIdentity(user, proof), request.origin) };
    const open = async (tx: Tx, secondFactor: SecondFactor) => {
      if (!(await this.pending.close(tx, token)))
        throw new FactorRefusal('SIGN_IN_OVER', 'finished by another request');
      await this.glass.tell(tx, user, barrier, request.origin);
      return this.opener.open(tx, user, { ...withPassword, secondFactor }, request);
    };
    return 'code' in shown
      ? this.proof.byCode(prover, shown.code, open)
      : this.proof.byPasskey(prover, { ...shown.passkey, purpose: 'secondFactor' }, open);
  }
}

const attemptOf = (user: User | null): Attempt => ({
  method: 'password',
  connection: null,
  email: user?.email ?? null,
  organizationId: null,
});
