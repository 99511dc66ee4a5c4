import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../../platform/errors/app-error.js';
import { formField } from '../../../platform/http/form.js';
import { asProblem } from '../../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../../platform/http/pages/page-renderer.js';
import { sendScriptedPage } from '../../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../../platform/http/return-to.js';
import { Public } from '../../../policy/requires.decorator.js';
import { FlowCookie } from '../../login-flow/flow-cookie.service.js';
import { authErrorUrl, onward, signInUrl } from '../../pages/links.js';
import { SessionCookie } from '../../sessions/session-cookie.service.js';
import { signInRequest } from '../../sign-in/sign-in-request.service.js';
import { SignInRefused, type SignInRefusalReason } from '../../sign-in/sign-in-refused.js';
import { credentialField } from './credential-field.js';
import { passkeyRefusals } from './passkey-refusals.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PasskeyService } from './passkey.service.js';

const why = 'people meet it before they have proven anything';

/** Sign-in by a passkey and nothing else, from the button on the sign-in page. */
@Controller('sign-in/passkey')
export class PasskeySignInPage {
  constructor(
    private readonly passkeys: PasskeyService,
    private readonly signIn: PasskeySignInService,
    private readonly pages: PageRenderer,
    private readonly session: SessionCookie,
    private readonly flow: FlowCookie,
  ) {}

  @Post()
  @Public(why)
  async ask(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const browser = this.flow.ensure(request, response);
    const options = await this.passkeys.authenticationOptions({ browser, purpose: 'signIn', userId: null });
    const html = this.pages.render('passkey', {
      heading: 'Sign in with a passkey',
      lead: 'Your browser asks for your fingerprint, face, or PIN, or for a security key.',
      ceremony: 'get',
      options: JSON.stringify(options),
      action: '/sign-in/passkey/answer',
      fields: { returnTo },
      cancelUrl: signInUrl(returnTo),
    });
    sendScriptedPage(response, html);
  }

  @Post('answer')
  @Public(why)
  async finish(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const browser = this.flow.read(request) ?? '';
    const outcome = await this.signIn
      .complete(credentialField(request), browser, signInRequest(request))
      .catch(asProblem);
    if (outcome instanceof AppError) {
      response.redirect(
        303,
        outcome instanceof SignInRefused ? authErrorUrl(publicReason(outcome.reason), request) : '/auth-error',
      );
      return;
    }
    this.session.write(response, outcome.opened);
    response.redirect(303, onward(returnTo));
  }
}

/** Which check an answer has failed is for the trail alone. */
function publicReason(reason: SignInRefusalReason): SignInRefusalReason {
  return reason in passkeyRefusals ? 'PASSKEY_NOT_VERIFIED' : reason;
}
