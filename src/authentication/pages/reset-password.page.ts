import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { MailboxActions } from '../mailbox/mailbox-actions.service.js';
import { ResetLinks } from '../mailbox/reset-links.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { signInUrl } from './links.js';

const why = 'the token of the mailed link is the proof';

@Controller('reset-password')
export class ResetPasswordPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly links: ResetLinks,
    private readonly actions: MailboxActions,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  @Get()
  @Public(why)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { token } = request.query;
    await this.ask(response, typeof token === 'string' ? token : '');
  }

  @Post()
  @Public(why)
  async set(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [token, password] = [formField(request, 'token'), formField(request, 'password')];
    const problem = await this.actions.resetPassword(request, token, password).then(() => null, asProblem);
    if (problem) {
      await this.ask(response, token, problem);
      return;
    }
    this.cookie.clear(response);
    const html = this.pages.render('message', {
      title: 'Your password is set',
      explanation: 'You are signed out everywhere. Sign in with the new password.',
      action: { text: 'Sign in', url: signInUrl('/') },
    });
    sendPage(response, html);
  }

  private async ask(response: Response, token: string, problem?: AppError): Promise<void> {
    const owner = await this.links.ownerOf(token).catch(asProblem);
    if (owner instanceof AppError) {
      const html = this.pages.render('message', {
        title: 'This link does not work any more',
        explanation: 'It was used, replaced by a newer one, or is too old.',
        action: { text: 'Ask for a new link', url: '/forgot-password' },
        failed: true,
      });
      sendPage(response, html, owner.status);
      return;
    }
    const { passwordMinLength } = this.config;
    const model = { token, email: owner.email, passwordMinLength, ...problemsForForm(problem) };
    sendPage(response, this.pages.render('reset-password', model), problem?.status ?? 200);
  }
}
