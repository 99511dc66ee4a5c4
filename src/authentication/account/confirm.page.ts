import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import type { Caller } from '../../policy/current.decorators.js';
import { callerOf, CurrentCaller } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { onward, signInUrl, withReturnTo } from '../pages/links.js';
import { KnownDeviceCookie } from '../throttle/known-device-cookie.service.js';
import { visitorOf } from '../throttle/visitor.js';
import { ConfirmationService } from './confirmation.service.js';

const own = 'asks the caller to prove who they are, and leads everybody else to the sign-in page';

/** Where somebody proves again who they are, before what is dangerous. */
@Controller()
export class ConfirmPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly confirmation: ConfirmationService,
    private readonly devices: KnownDeviceCookie,
  ) {}

  @Get('confirm')
  @Public(own)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(request.query.returnTo);
    if (callerOf(request).actor.kind !== 'user') response.redirect(303, signInUrl(returnTo));
    else await this.ask(request, response, returnTo);
  }

  @Post('confirm')
  @Public(own)
  async confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const caller = callerOf(request);
    if (caller.actor.kind !== 'user') {
      response.redirect(303, signInUrl(returnTo));
      return;
    }
    const visitor = visitorOf(request, this.devices);
    const problem = await this.confirmation
      .withPassword(caller, formField(request, 'password'), visitor)
      .then(() => null, asProblem);
    if (problem) await this.ask(request, response, returnTo, problem);
    else response.redirect(303, onward(returnTo));
  }

  /** The same for an application's own page: 204, or the problem that the page would show. */
  @Post('api/auth/confirm')
  @HttpCode(204)
  @Requires('user')
  async confirmByApi(@Req() request: Request, @CurrentCaller() caller: Caller): Promise<void> {
    const { password } = (request.body ?? {}) as Record<string, unknown>;
    const typed = typeof password === 'string' && password.length <= 1_000 ? password : '';
    await this.confirmation.withPassword(caller, typed, visitorOf(request, this.devices));
  }

  private async ask(request: Request, response: Response, returnTo: string, problem?: AppError): Promise<void> {
    const { actor } = callerOf(request);
    const { password, passkey, providers } = await this.confirmation.waysOf(actor);
    const wrong =
      problem?.code === 'INVALID_CREDENTIALS' ? { errors: { password: 'The password is not right.' } } : null;
    const html = this.pages.render('confirm', {
      returnTo,
      email: actor.label,
      password,
      passkey,
      providers: withReturnTo(providers, returnTo),
      ...(wrong ?? problemsForForm(problem)),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}
