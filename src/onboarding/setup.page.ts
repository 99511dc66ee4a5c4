import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { signInRequest } from '../authentication/sign-in/sign-in-request.service.js';
import { SessionCookie } from '../authentication/sessions/session-cookie.service.js';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { formField } from '../platform/http/form.js';
import { asProblem, problemsForForm } from '../platform/http/pages/form-problems.js';
import { PageRenderer } from '../platform/http/pages/page-renderer.js';
import { sendPage } from '../platform/http/pages/send-page.js';
import { Public } from '../policy/requires.decorator.js';
import { SetupService } from './setup.service.js';

const why = 'the link in the server’s output is the proof';

@Controller('setup')
export class SetupPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly setup: SetupService,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  @Get()
  @Public(why)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { token } = request.query;
    if (typeof token === 'string' && (await this.setup.isUsable(token))) this.ask(response, { token });
    else this.tellUsed(response);
  }

  @Post()
  @Public(why)
  async create(@Req() request: Request, @Res() response: Response): Promise<void> {
    const typed = { name: formField(request, 'name'), email: formField(request, 'email') };
    const token = formField(request, 'token');
    const person = { ...typed, password: formField(request, 'password') };
    const opened = await this.setup.redeem(token, person, signInRequest(request)).catch(asProblem);
    if (opened instanceof AppError) {
      if (opened.code === 'INVITATION_INVALID') this.tellUsed(response);
      else this.ask(response, { token, ...typed }, opened);
      return;
    }
    this.cookie.write(response, opened);
    response.redirect(303, '/console');
  }

  /** In the same words for a link that never was. */
  private tellUsed(response: Response): void {
    const explanation =
      'It was used, or is older than a day. While there is no administrator, each start of the server prints a new one.';
    sendPage(response, this.pages.render('problem', { title: 'This link no longer works', explanation }), 410);
  }

  private ask(response: Response, model: { token: string; name?: string; email?: string }, problem?: AppError): void {
    const { passwordMinLength } = this.config;
    const html = this.pages.render('setup', { ...model, passwordMinLength, ...problemsForForm(problem) });
    sendPage(response, html, problem?.status ?? 200);
  }
}
