import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { Public } from '../../policy/requires.decorator.js';
import { signInRequest } from '../sign-in-request.service.js';
import { SessionCookie } from '../session-cookie.service.js';
import { SignInOptionsService } from '../sign-in-options.service.js';
import { SignUpService } from '../sign-up.service.js';
import { linksTo } from './provider-links.js';

interface Typed {
  readonly name: string;
  readonly email: string;
  readonly returnTo: string;
  readonly invitation: string;
}

@Controller('sign-up')
export class SignUpPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly signUp: SignUpService,
    private readonly invitations: InvitationService,
    private readonly options: SignInOptionsService,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  @Get()
  @Public('people meet it before they have proven anything')
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const invitation = request.query.invitation;
    const typed = {
      name: '',
      email: '',
      returnTo: safeReturnTo(request.query.returnTo),
      invitation: typeof invitation === 'string' ? invitation : '',
    };
    await this.ask(response, typed);
  }

  @Post()
  @Public('making an account is what proves somebody')
  async create(@Req() request: Request, @Res() response: Response): Promise<void> {
    const typed = {
      name: formField(request, 'name').trim(),
      email: formField(request, 'email'),
      returnTo: safeReturnTo(formField(request, 'returnTo')),
      invitation: formField(request, 'invitation'),
    };
    const account = {
      name: typed.name === '' ? (typed.email.split('@')[0] ?? '') : typed.name.slice(0, 120),
      email: typed.email,
      password: formField(request, 'password'),
      ...(typed.invitation === '' ? {} : { invitation: typed.invitation }),
    };
    const made = await this.signUp.signUp(account, signInRequest(request)).catch(asProblem);
    if (made instanceof AppError) {
      await this.ask(response, typed, made);
      return;
    }
    this.cookie.write(response, made.opened);
    response.redirect(303, typed.returnTo === '/' ? '/console' : typed.returnTo);
  }

  private async ask(response: Response, { invitation: token, ...typed }: Typed, problem?: AppError): Promise<void> {
    const preview = token === '' ? null : await this.invitations.preview(token);
    const usable = preview?.state === 'open' ? preview : null;
    const { providers } = this.options.list();
    const html = this.pages.render('sign-up', {
      ...typed,
      passwordMinLength: this.config.passwordMinLength,
      providers: linksTo(providers, typed.returnTo),
      ...(usable ? { invitation: { token, organization: usable.organizationName, email: usable.email } } : {}),
      ...problemsForForm(problem),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}
