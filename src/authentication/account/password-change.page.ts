import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import type { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import type { Caller } from '../../policy/current.decorators.js';
import { callerOf, CurrentCaller } from '../../policy/current.decorators.js';
import { hasFreshProof } from '../../policy/fresh-proof.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { confirmUrl, signInUrl } from '../pages/links.js';
import { ChangePasswordBody } from './password-change.dto.js';
import { PasswordChangeService } from './password-change.service.js';

const HERE = '/account/password';
const own = 'changes the caller’s own password, and leads everybody else to the sign-in page';

/** Where somebody who is signed in changes their password, or sets a first one. */
@Controller()
export class PasswordChangePage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly passwords: PasswordChangeService,
    private readonly config: Config,
  ) {}

  @Get('account/password')
  @Public(own)
  show(@Req() request: Request, @Res() response: Response): void {
    const { actor } = callerOf(request);
    if (actor.kind !== 'user') response.redirect(303, signInUrl(HERE));
    else if (!hasFreshProof(actor)) response.redirect(303, confirmUrl(HERE));
    else this.ask(request, response);
  }

  @Post('account/password')
  @Public(own)
  async change(@Req() request: Request, @Res() response: Response): Promise<void> {
    const caller = callerOf(request);
    if (caller.actor.kind !== 'user') {
      response.redirect(303, signInUrl(HERE));
      return;
    }
    const problem = await this.passwords.change(caller, formField(request, 'password')).then(() => null, asProblem);
    if (!problem) response.redirect(303, '/account?done=password');
    else if (problem.code === 'STEP_UP_REQUIRED') response.redirect(303, confirmUrl(HERE));
    else this.ask(request, response, problem);
  }

  /** The same for an application's own page. */
  @Post('api/auth/password/change')
  @HttpCode(204)
  @Requires('user')
  changeByApi(@CurrentCaller() caller: Caller, @Body() { password }: ChangePasswordBody): Promise<void> {
    return this.passwords.change(caller, password);
  }

  private ask(request: Request, response: Response, problem?: AppError): void {
    const html = this.pages.render('account-password', {
      email: callerOf(request).actor.label,
      passwordMinLength: this.config.passwordMinLength,
      ...problemsForForm(problem),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}
