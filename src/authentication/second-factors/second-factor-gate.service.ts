import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { anonymous } from '../../policy/actor.js';
import type { SecondFactor } from '../../policy/proof.js';
import { originOf } from '../../policy/request-origin.js';
import type { User } from '../../users/user.types.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import { PendingCookie } from './pending-cookie.service.js';
import { PendingSignInService } from './pending-sign-in.service.js';
import { secondFactorAsked } from './second-factor.events.js';
import { SecondFactorService } from './second-factor.service.js';

/** Where somebody comes whose password was right: to a session, or to the question for their second factor. */
@Injectable()
export class SecondFactorGate {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactorService,
    private readonly pending: PendingSignInService,
    private readonly signIn: SignInService,
    private readonly ledger: FactorLedger,
    private readonly session: SessionCookie,
    private readonly cookie: PendingCookie,
  ) {}

  /**
   * Opens the session, and writes its cookie into the response.
   * @throws SECOND_FACTOR_REQUIRED with `factors` where the person has one: there is no session then, but a cookie with
   *   which the sign-in can be finished within ten minutes
   */
  async pass(user: User, request: Request, response: Response): Promise<void> {
    const factors = await this.factors.askedOf(user.id);
    if (factors.length === 0) {
      this.session.write(response, await this.signIn.completeWithPassword(user, signInRequest(request)));
      return;
    }
    this.cookie.write(response, await this.ask(user, request, factors));
    throw new AppError('SECOND_FACTOR_REQUIRED', { message: 'Prove your second factor too.', facts: { factors } });
  }

  private ask(user: User, request: Request, factors: readonly SecondFactor[]): Promise<string> {
    return this.database.transaction(async (tx) => {
      const by = { actor: anonymous(originOf(request)), user };
      await this.ledger.write(tx, by, secondFactorAsked, { factors }, null);
      return this.pending.open(tx, user);
    });
  }
}
