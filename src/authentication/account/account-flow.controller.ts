import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomToken } from '../../platform/crypto/digest.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { Logger } from '../../platform/logging/logger.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { FlowCookie } from '../login-flow/flow-cookie.service.js';
import type { FlowPurpose } from '../login-flow/login-flow.types.js';
import { leaveFor, leaveForExplanation } from '../login-flow/login-outcome.js';
import { confirmUrl, signInUrl } from '../pages/links.js';
import { ProviderSignInService } from '../login-flow/provider-sign-in.service.js';
import { FactorChangeGuard } from '../second-factors/factor-change-guard.service.js';
import { SignInMethodsService } from './sign-in-methods.service.js';

const own = 'begins something for the caller’s own account, and leads everybody else to the sign-in page';

/** Where somebody who is signed in goes to a provider: to prove again who they are, or to sign in by it from now on. */
@Controller()
export class AccountFlowController {
  constructor(
    private readonly providers: ProviderSignInService,
    private readonly methods: SignInMethodsService,
    private readonly guard: FactorChangeGuard,
    private readonly flow: FlowCookie,
    private readonly pages: PageRenderer,
    private readonly logger: Logger,
  ) {}

  @Get('api/auth/confirm/:key')
  @Public(own)
  async confirm(@Req() request: Request, @Res() response: Response, @Param('key') key: string): Promise<void> {
    const returnTo = safeReturnTo(request.query.returnTo);
    const { sessionId } = callerOf(request);
    if (sessionId === null) {
      response.redirect(303, signInUrl(returnTo));
      return;
    }
    const url = await this.begin(request, response, key, returnTo, { for: 'confirm', sessionId });
    if (url !== null) leaveFor(response, url);
  }

  @Post('account/link')
  @Public(own)
  async link(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    if (sessionId === null) {
      response.redirect(303, signInUrl('/account'));
      return;
    }
    const problem = await this.guard.refuseUnproven({ actor }).then(() => null, asProblem);
    if (problem) {
      response.redirect(303, problem.code === 'STEP_UP_REQUIRED' ? confirmUrl('/account') : '/account/second-factor');
      return;
    }
    const key = formField(request, 'key');
    const name = this.methods.linkable().find((source) => source.key === key)?.name ?? key;
    const url = await this.begin(request, response, key, '/account?done=linked', { for: 'link', sessionId });
    // Chromium refuses a redirect from a form to another origin under `form-action 'self'`: a page leads on instead.
    if (url !== null) sendPage(response, this.pages.render('continue', { to: url, destination: name }));
  }

  /** @returns where to send the browser; null where it was sent to an explanation already */
  private async begin(
    request: Request,
    response: Response,
    key: string,
    returnTo: string,
    purpose: FlowPurpose,
  ): Promise<string | null> {
    const browser = this.flow.read(request) ?? randomToken();
    try {
      const wish = { returnTo, loginHint: callerOf(request).actor.label, issuer: null, purpose };
      const url = await this.providers.begin({ request, key, address: 'callbackUrl', browser }, wish);
      this.flow.write(response, browser);
      return url;
    } catch (error) {
      leaveForExplanation(this.logger, request, response, error);
      return null;
    }
  }
}
