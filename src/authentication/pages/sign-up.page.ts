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
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { SignInOptionsService } from '../sign-in/sign-in-options.service.js';
import { SignUpService } from '../sign-up/sign-up.service.js';
import { lookIntoYourMail } from './look-into-your-mail.js';
import { authErrorUrl, onward, signInUrl, withReturnTo } from './links.js';

interface Typed {
  readonly name: string;
  readonly email: string;
  readonly returnTo: string;
  /** Empty: nobody invited them. */
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
    const { invitation } = request.query;
    const [token, returnTo] = [typeof invitation === 'string' ? invitation : '', safeReturnTo(request.query.returnTo)];
    const elsewhere = token === '' ? this.elsewhereFor(request, returnTo) : null;
    if (elsewhere === null) await this.ask(response, { name: '', email: '', returnTo, invitation: token });
    else response.redirect(303, elsewhere);
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
    if (made.opened === null) {
      sendPage(response, this.pages.render('message', lookIntoYourMail(made.user.email)));
      return;
    }
    this.cookie.write(response, made.opened);
    response.redirect(303, onward(typed.returnTo));
  }

  /** For whom the form would be in vain: somebody signed in, and everybody where it takes an invitation. */
  private elsewhereFor(request: Request, returnTo: string): string | null {
    if (callerOf(request).actor.kind === 'user') return onward(returnTo);
    if (this.config.passwordDisabled) return authErrorUrl('PASSWORD_DISABLED', request);
    // Nobody has tried anything yet, so there is nothing to be found by a reference.
    return this.config.signUpDisabled ? '/auth-error?code=SIGN_UP_CLOSED' : null;
  }

  private async ask(response: Response, { invitation: token, ...typed }: Typed, problem?: AppError): Promise<void> {
    const preview = token === '' ? null : await this.invitations.preview(token);
    const invitationUrl = `/accept-invitation?${new URLSearchParams({ token }).toString()}`;
    if (token !== '' && preview?.state !== 'open') {
      // That page says what is wrong with it; without the invitation this form would make another account than was meant.
      response.redirect(303, invitationUrl);
      return;
    }
    const afterwards = preview ? invitationUrl : typed.returnTo;
    const html = this.pages.render('sign-up', {
      ...typed,
      passwordMinLength: this.config.passwordMinLength,
      providers: withReturnTo(this.options.list().providers, afterwards),
      signInUrl: signInUrl(afterwards),
      ...(preview ? { invitation: { token, organization: preview.organizationName, email: preview.email } } : {}),
      ...problemsForForm(problem),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}
