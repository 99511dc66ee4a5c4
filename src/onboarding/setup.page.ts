import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { signInRequest } from '../authentication/sign-in-request.service.js';
import { SessionCookie } from '../authentication/session-cookie.service.js';
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
    const token = request.query.token;
    if (typeof token !== 'string' || !(await this.setup.isUsable(token))) {
      sendPage(response, this.pages.render('not-found', {}), 404);
      return;
    }
    this.ask(response, { token });
  }

  @Post()
  @Public(why)
  async create(@Req() request: Request, @Res() response: Response): Promise<void> {
    const typed = { name: formField(request, 'name'), email: formField(request, 'email') };
    const token = formField(request, 'token');
    const person = { ...typed, password: formField(request, 'password') };
    const opened = await this.setup.redeem(token, person, signInRequest(request)).catch(asProblem);
    if (opened instanceof AppError) {
      this.ask(response, { token, ...typed }, opened);
      return;
    }
    this.cookie.write(response, opened);
    response.redirect(303, '/console');
  }

  private ask(response: Response, model: { token: string; name?: string; email?: string }, problem?: AppError): void {
    const { passwordMinLength } = this.config;
    const html = this.pages.render('setup', { ...model, passwordMinLength, ...problemsForForm(problem) });
    sendPage(response, html, problem?.status ?? 200);
  }
}
