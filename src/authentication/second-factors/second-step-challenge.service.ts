import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { PasskeyService } from '../strategies/passkey/passkey.service.js';
import { PendingCookie } from './pending-cookie.service.js';
import { PendingSignInService } from './pending-sign-in.service.js';
import { secondFactorRefusals } from './second-factor-refusals.js';

/** The question for a passkey, in the second step of a sign-in. */
@Injectable()
export class SecondStepChallenge {
  constructor(
    private readonly passkeys: PasskeyService,
    private readonly pending: PendingSignInService,
    private readonly cookie: PendingCookie,
    private readonly flow: FlowCookie,
  ) {}

  /** @throws UNAUTHENTICATED where the browser has no sign-in that could be finished */
  async issue(request: Request, response: Response): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const user = await this.pending.find(this.cookie.read(request));
    if (!user) throw new AppError('UNAUTHENTICATED', { message: secondFactorRefusals.SIGN_IN_OVER.explanation });
    const browser = this.flow.ensure(request, response);
    return this.passkeys.authenticationOptions({ browser, purpose: 'secondFactor', userId: user.id });
  }
}
