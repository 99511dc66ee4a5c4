import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendScriptedPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import { onward, secondStepUrl } from '../pages/links.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { credentialField } from '../strategies/passkey/credential-field.js';
import { PendingCookie } from './pending-cookie.service.js';
import { SecondStepChallenge } from './second-step-challenge.service.js';
import { SecondStepView } from './second-step-view.service.js';
import { SecondStepService, type ShownFactor } from './second-step.service.js';

const why = 'the password was the first proof, this is the second';

/** `/sign-in/second-factor`: the second step of a sign-in with a password. A code needs no JavaScript. */
@Controller('sign-in/second-factor')
export class SecondStepPage {
  constructor(
    private readonly steps: SecondStepService,
    private readonly challenge: SecondStepChallenge,
    private readonly view: SecondStepView,
    private readonly pages: PageRenderer,
    private readonly session: SessionCookie,
    private readonly pending: PendingCookie,
    private readonly flow: FlowCookie,
  ) {}

  @Get()
  @Public(why)
  show(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.view.send(request, response, safeReturnTo(request.query.returnTo));
  }

  @Post()
  @Public(why)
  byCode(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.finish(request, response, { code: formField(request, 'code') });
  }

  /** Asks the browser for a passkey of whoever is signing in. */
  @Post('passkey')
  @Public(why)
  async askPasskey(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const options = await this.challenge.issue(request, response).catch(asProblem);
    if (options instanceof AppError) {
      await this.view.send(request, response, returnTo, options);
      return;
    }
    const html = this.pages.render('passkey', {
      heading: 'Use a passkey',
      lead: 'Your browser asks for your fingerprint, face, or PIN, or for a security key.',
      ceremony: 'get',
      options: JSON.stringify(options),
      action: '/sign-in/second-factor/passkey-answer',
      fields: { returnTo },
      cancelUrl: secondStepUrl(returnTo),
    });
    sendScriptedPage(response, html);
  }

  @Post('passkey-answer')
  @Public(why)
  byPasskey(@Req() request: Request, @Res() response: Response): Promise<void> {
    const shown = { answer: credentialField(request), browser: this.flow.read(request) ?? '' };
    return this.finish(request, response, { passkey: shown });
  }

  private async finish(request: Request, response: Response, shown: ShownFactor): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const outcome = await this.steps.finish(this.pending.read(request), shown, signInRequest(request)).catch(asProblem);
    if (outcome instanceof AppError) {
      await this.view.send(request, response, returnTo, outcome);
      return;
    }
    this.session.write(response, outcome.opened);
    this.pending.clear(response);
    response.redirect(303, onward(returnTo));
  }
}
