import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { originOf } from '../../policy/request-origin.js';
import { Public } from '../../policy/requires.decorator.js';
import { PasswordUse } from '../mailbox/password-use.service.js';
import { ResetRequestService } from '../mailbox/reset-request.service.js';
import { authErrorUrl } from './links.js';

const why = 'who has forgotten a password can prove nothing yet';

@Controller('forgot-password')
export class ForgotPasswordPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly resets: ResetRequestService,
    private readonly use: PasswordUse,
  ) {}

  @Get()
  @Public(why)
  show(@Req() request: Request, @Res() response: Response): void {
    const { email } = request.query;
    if (!this.use.isEnabled) response.redirect(303, authErrorUrl('PASSWORD_DISABLED', request));
    else this.ask(response, typeof email === 'string' ? email : '');
  }

  /** Says the same of every address. */
  @Post()
  @Public(why)
  async request(@Req() request: Request, @Res() response: Response): Promise<void> {
    const email = formField(request, 'email');
    const problem = await this.resets.request(email, originOf(request)).then(() => null, asProblem);
    if (problem) {
      this.ask(response, email, problem.code === 'VALIDATION_FAILED' ? invalidEmail() : problem);
      return;
    }
    const html = this.pages.render('message', {
      title: 'Look into your mail',
      explanation: `If ${email.trim()} has an account here, a link to set a new password is on its way.`,
      remark: 'Nothing there? Look among the spam, and make sure that the address is right.',
      action: { text: 'Go to sign-in', url: '/sign-in' },
    });
    sendPage(response, html, 202);
  }

  private ask(response: Response, email: string, problem?: AppError): void {
    const html = this.pages.render('forgot-password', { email, ...problemsForForm(problem) });
    sendPage(response, html, problem?.status ?? 200);
  }
}

const invalidEmail = (): AppError => invalid('email', 'Enter one email address, such as ada@example.com.');
