import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import type { PageModels } from '../../platform/http/pages/page-models.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { LastMethodCookie } from '../sign-in/last-method-cookie.service.js';
import { SignInOptionsService } from '../sign-in/sign-in-options.service.js';
import { RelyingParty } from '../strategies/passkey/relying-party.service.js';
import { forgotUrl, passwordUrl, withReturnTo } from './links.js';

type EmailStep = Pick<PageModels['sign-in'], 'returnTo' | 'email' | 'notice' | 'alert' | 'errors'>;
type PasswordStep = PageModels['sign-in-password'];

/** The two forms of the sign-in page, and the ways from one to the other. */
@Injectable()
export class SignInForms {
  constructor(
    private readonly pages: PageRenderer,
    private readonly options: SignInOptionsService,
    private readonly relyingParty: RelyingParty,
    private readonly lastMethod: LastMethodCookie,
  ) {}

  async askEmail(response: Response, model: EmailStep, status = 200): Promise<void> {
    const { signUp, password } = this.options.list();
    const lastMethod = this.lastMethod.read(response.req);
    const html = this.pages.render('sign-in', {
      ...model,
      providers: withReturnTo(await this.options.listFor(lastMethod), model.returnTo),
      signUpOpen: signUp,
      passkeys: this.relyingParty.hasPasskeys,
      ...(password ? { passwordUrl: passwordUrl(model.returnTo), passwordLastUsed: lastMethod === 'password' } : {}),
    });
    sendPage(response, html, status);
  }

  /** Asks for the password of this email (for both where it is null), unless its domain has no use for one. */
  async askPasswordOf(response: Response, email: string | null, returnTo: string): Promise<void> {
    const typed = email === null ? { returnTo } : { email, returnTo };
    const problem = await this.options.assertPasswordUsable(email).then(() => null, asProblem);
    if (problem) await this.leadBack(response, typed, problem);
    else this.askPassword(response, typed);
  }

  /** A wrong password can be typed again, there where the cursor is; what no password mends leads back to the first step. */
  async tellRefused(response: Response, typed: { email: string; returnTo: string }, problem: AppError): Promise<void> {
    if (problem.code === 'INVALID_CREDENTIALS') {
      this.askPassword(response, { ...typed, errors: { password: problem.message } }, problem.status);
    } else if (problem.code === 'RATE_LIMITED') {
      this.askPassword(response, { ...typed, alert: problem.message }, problem.status);
    } else {
      await this.leadBack(response, typed, problem);
    }
  }

  private askPassword(response: Response, model: PasswordStep, status = 200): void {
    const forgotPasswordUrl = forgotUrl(model.email);
    sendPage(response, this.pages.render('sign-in-password', { ...model, forgotPasswordUrl }), status);
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

export const invalidEmail = (): AppError => invalid('email', 'Enter one email address, such as ada@example.com.');
