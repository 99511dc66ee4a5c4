import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Request, Response } from 'express';
import { invalid } from '../../platform/errors/app-error.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { userAnswer, type UserAnswer } from '../sign-in/user-answer.js';
import { PendingCookie } from './pending-cookie.service.js';
import { SecondFactorBody } from './second-factor.dto.js';
import { SecondStepChallenge } from './second-step-challenge.service.js';
import { SecondStepService, type ShownFactor } from './second-step.service.js';

const why = 'the password was the first proof, this is the second';

/** The second step of a sign-in as an API, after `POST /api/auth/login` has asked for it. */
@Controller('api/auth/second-factor')
export class SecondFactorController {
  constructor(
    private readonly steps: SecondStepService,
    private readonly challenge: SecondStepChallenge,
    private readonly session: SessionCookie,
    private readonly pending: PendingCookie,
    private readonly flow: FlowCookie,
  ) {}

  @Post()
  @HttpCode(200)
  @Public(why)
  async finish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body() body: SecondFactorBody,
  ): Promise<UserAnswer> {
    const shown = shownIn(body, this.flow.read(request) ?? '');
    const { user, opened } = await this.steps.finish(this.pending.read(request), shown, signInRequest(request));
    this.session.write(response, opened);
    this.pending.clear(response);
    return userAnswer(user);
  }

  /** What `navigator.credentials.get` needs, for one of the passkeys of whoever is signing in. */
  @Post('passkey-options')
  @HttpCode(200)
  @Public(why)
  async options(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.challenge.issue(request, response);
  }
}

function shownIn({ code, passkey }: SecondFactorBody, browser: string): ShownFactor {
  if (code !== undefined) return { code };
  if (passkey !== undefined) return { passkey: { answer: passkey, browser } };
  throw invalid('code', 'Give code or passkey.');
}
