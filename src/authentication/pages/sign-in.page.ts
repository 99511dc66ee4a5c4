import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import type { PageModels } from '../../platform/http/pages/page-models.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { secondFactorRefusals } from '../second-factors/second-factor-refusals.js';
import { SecondFactorGate } from '../second-factors/second-factor-gate.service.js';
import { KnownDeviceCookie } from '../throttle/known-device-cookie.service.js';
import { visitorOf } from '../throttle/visitor.js';
import { LastMethodCookie } from '../last-method-cookie.service.js';
import { ProviderSignOutService } from '../provider-sign-out.service.js';
import { SessionCookie } from '../session-cookie.service.js';
import { SignInOptionsService } from '../sign-in-options.service.js';
import { PasswordSignInService } from '../strategies/password/password-sign-in.service.js';
import { forgotUrl, onward, passwordUrl, secondStepUrl, withReturnTo } from './links.js';

const why = 'people meet it before they have proven anything';

type EmailStep = Omit<
  PageModels['sign-in'],
  'providers' | 'signUpOpen' | 'passkeys' | 'passwordUrl' | 'passwordLastUsed'
>;
type PasswordStep = PageModels['sign-in-password'];

/** The sign-in page in its two steps, and signing out. Works without JavaScript. */
@Controller()
export class SignInPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly options: SignInOptionsService,
    private readonly passwords: PasswordSignInService,
    private readonly gate: SecondFactorGate,
    private readonly signingOut: ProviderSignOutService,
    private readonly cookie: SessionCookie,
    private readonly devices: KnownDeviceCookie,
    private readonly lastMethod: LastMethodCookie,
  ) {}

  @Get('sign-in')
  @Public(why)
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const returnTo = safeReturnTo(query.returnTo);
    if (callerOf(request).actor.kind === 'user') response.redirect(303, onward(returnTo));
    else await this.askEmail(response, { returnTo, ...newsOf(query) });
  }

  /** First step: the email decides whether an identity provider or a password comes next. */
  @Post('sign-in')
  @Public(why)
  async continue(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [email, returnTo] = [formField(request, 'email'), safeReturnTo(formField(request, 'returnTo'))];
    const next = await this.options.discover(email).catch(asProblem);
    if (next instanceof AppError) {
      await this.askEmail(response, { returnTo, email, ...problemsForForm(invalidEmail()) }, next.status);
    } else if (next.next === 'sso') {
      // Chromium refuses a redirect from a form to another origin under `form-action 'self'`: a page leads on instead.
      const to = `${next.loginUrl}&returnTo=${encodeURIComponent(returnTo)}`;
      const instead =
        this.options.list().password && !next.enforced ? { passwordUrl: passwordUrl(returnTo, email) } : {};
      sendPage(response, this.pages.render('continue', { to, destination: next.name, ...instead }));
    } else {
      await this.askPasswordOf(response, email, returnTo);
    }
  }

  /** Second step, and the way past single sign-on when that is what fails. */
  @Get('sign-in/password')
  @Public(why)
  async showPassword(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { email } = request.query;
    const returnTo = safeReturnTo(request.query.returnTo);
    if (callerOf(request).actor.kind === 'user') response.redirect(303, onward(returnTo));
    else await this.askPasswordOf(response, typeof email === 'string' && email !== '' ? email : null, returnTo);
  }

  @Post('sign-in/password')
  @Public(why)
  async password(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [email, password] = [formField(request, 'email'), formField(request, 'password')];
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const user = await this.passwords.prove(email, password, visitorOf(request, this.devices)).catch(asProblem);
    if (user instanceof AppError) {
      await this.tellRefused(response, { email, returnTo }, user);
      return;
    }
    const missing = await this.gate.pass(user, request, response).then(() => null, asProblem);
    if (missing && missing.code !== 'SECOND_FACTOR_REQUIRED') throw missing;
    response.redirect(303, missing ? secondStepUrl(returnTo) : onward(returnTo));
  }

  @Post('sign-out')
  @Public('signing out twice is no error')
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    const there = await this.signingOut.signOut(actor, sessionId);
    this.cookie.clear(response);
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    // Who wants to go on here has only changed their mind about the account; the provider knows one address to come back to.
    if (returnTo !== '/') response.redirect(303, returnTo);
    else if (there === null) response.redirect(303, '/sign-in?signedOut=1');
    else sendPage(response, this.pages.render('continue', { to: there.to, destination: there.name }));
  }

  private async askEmail(response: Response, model: EmailStep, status = 200): Promise<void> {
    const { signUp, password } = this.options.list();
    const lastMethod = this.lastMethod.read(response.req);
    const html = this.pages.render('sign-in', {
      ...model,
      providers: withReturnTo(await this.options.listFor(lastMethod), model.returnTo),
      signUpOpen: signUp,
      passkeys: this.options.hasPasskeys,
      ...(password ? { passwordUrl: passwordUrl(model.returnTo), passwordLastUsed: lastMethod === 'password' } : {}),
    });
    sendPage(response, html, status);
  }

  /** Asks for the password of this email (for both where it is null), unless its domain has no use for one. */
  private async askPasswordOf(response: Response, email: string | null, returnTo: string): Promise<void> {
    const typed = email === null ? { returnTo } : { email, returnTo };
    const problem = await this.options.assertPasswordUsable(email).then(() => null, asProblem);
    if (problem) await this.leadBack(response, typed, problem);
    else this.askPassword(response, typed);
  }

  private askPassword(response: Response, model: PasswordStep, status = 200): void {
    const forgotPasswordUrl = forgotUrl(model.email);
    sendPage(response, this.pages.render('sign-in-password', { ...model, forgotPasswordUrl }), status);
  }

  /** A wrong password can be typed again, there where the cursor is; what no password mends leads back to the first step. */
  private async tellRefused(
    response: Response,
    typed: { email: string; returnTo: string },
    problem: AppError,
  ): Promise<void> {
    if (problem.code === 'INVALID_CREDENTIALS') {
      this.askPassword(response, { ...typed, errors: { password: problem.message } }, problem.status);
    } else if (problem.code === 'RATE_LIMITED') {
      this.askPassword(response, { ...typed, alert: problem.message }, problem.status);
    } else {
      await this.leadBack(response, typed, problem);
    }
  }

  private async leadBack(
    response: Response,
    typed: { email?: string; returnTo: string },
    problem: AppError,
  ): Promise<void> {
    const told = problem.code === 'VALIDATION_FAILED' ? invalidEmail() : problem;
    const { alert, errors } = problemsForForm(told);
    const way = alert === undefined ? '' : this.wayOn(problem);
    await this.askEmail(response, { ...typed, errors, alert: alert && `${alert}${way}` }, problem.status);
  }

  private wayOn({ code, facts }: AppError): string {
    if (code === 'SSO_REQUIRED' && typeof facts.loginUrl === 'string') return ' Press Continue to go there.';
    return this.options.list().providers.length > 0 ? ' Choose one of the ways below.' : '';
  }
}

/** What has brought somebody here, by the query of the address. */
function newsOf({ signedOut, over }: Record<string, unknown>): { notice?: string; alert?: string } {
  if (over !== undefined) return { alert: secondFactorRefusals.SIGN_IN_OVER.explanation };
  return signedOut === undefined ? {} : { notice: 'You are signed out.' };
}

const invalidEmail = (): AppError => invalid('email', 'Enter one email address, such as ada@example.com.');
