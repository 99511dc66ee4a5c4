import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { EmailConfirmation } from '../mailbox/email-confirmation.service.js';
import { MailboxActions } from '../mailbox/mailbox-actions.service.js';

const why = 'the token of the mailed link is the proof';

/** Where the links lead that verify an email or change it. Looking does nothing: mail scanners follow links too. */
@Controller('verify-email')
export class VerifyEmailPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly confirmation: EmailConfirmation,
    private readonly actions: MailboxActions,
  ) {}

  @Get()
  @Public(why)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { token } = request.query;
    await this.ask(response, typeof token === 'string' ? token : '');
  }

  @Post()
  @Public(why)
  async confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    const token = formField(request, 'token');
    const problem = await this.actions.confirmEmail(request, token).then(() => null, asProblem);
    if (problem) {
      await this.ask(response, token, problem);
      return;
    }
    const isSignedIn = callerOf(request).actor.kind === 'user';
    const html = this.pages.render('message', {
      title: 'Your email is verified',
      explanation: 'Thank you. That is all that was missing.',
      action: isSignedIn ? { text: 'Go on', url: '/' } : { text: 'Sign in', url: '/sign-in' },
    });
    sendPage(response, html);
  }

  private async ask(response: Response, token: string, problem?: AppError): Promise<void> {
    const found = await this.confirmation.preview(token).catch(asProblem);
    if (found instanceof AppError) {
      const html = this.pages.render('message', {
        title: 'This link does not work any more',
        explanation: 'It was used, replaced by a newer one, or is too old.',
        remark: 'If your email is not verified yet, signing in mails you a new link.',
        action: { text: 'Go to sign-in', url: '/sign-in' },
        failed: true,
      });
      sendPage(response, html, found.status);
      return;
    }
    const { user, proof } = found;
    const replaces = proof.purpose === 'changeEmail' ? user.email : undefined;
    const model = { token, email: proof.email, replaces, ...(problem ? { alert: problem.message } : {}) };
    sendPage(response, this.pages.render('verify-email', model), problem?.status ?? 200);
  }
}
