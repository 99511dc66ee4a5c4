import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem, problemsForForm } from '../../platform/http/pages/form-problems.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { secondFactorRefusals } from '../second-factors/second-factor-refusals.js';
import { SignInOptionsService } from '../sign-in/sign-in-options.service.js';
import { onward, passwordUrl } from './links.js';
import { invalidEmail, SignInForms } from './sign-in-forms.service.js';

const why = 'people meet it before they have proven anything';

/** The first step of the sign-in page: the email decides whether an identity provider or a password comes next. */
@Controller('sign-in')
export class SignInPage {
  constructor(
    private readonly forms: SignInForms,
    private readonly pages: PageRenderer,
    private readonly options: SignInOptionsService,
  ) {}

  @Get()
  @Public(why)
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const returnTo = safeReturnTo(query.returnTo);
    if (callerOf(request).actor.kind === 'user') response.redirect(303, onward(returnTo));
    else await this.forms.askEmail(response, { returnTo, ...newsOf(query) });
  }

  @Post()
  @Public(why)
  async continue(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [email, returnTo] = [formField(request, 'email'), safeReturnTo(formField(request, 'returnTo'))];
    const next = await this.options.discover(email).catch(asProblem);
    if (next instanceof AppError) {
      await this.forms.askEmail(response, { returnTo, email, ...problemsForForm(invalidEmail()) }, next.status);
    } else if (next.next === 'sso') {
      // Chromium refuses a redirect from a form to another origin under `form-action 'self'`: a page leads on instead.
      const onTo = (loginUrl: string) => `${loginUrl}&returnTo=${encodeURIComponent(returnTo)}`;
      const instead =
        this.options.list().password && !next.enforced ? { passwordUrl: passwordUrl(returnTo, email) } : {};
      const page =
        next.connections.length === 1
          ? this.pages.render('continue', { to: onTo(next.loginUrl), destination: next.name, ...instead })
          : this.pages.render('choose-connection', {
              email,
              connections: next.connections.map(({ name, loginUrl }) => ({ name, loginUrl: onTo(loginUrl) })),
              ...instead,
            });
      sendPage(response, page);
    } else {
      await this.forms.askPasswordOf(response, email, returnTo);
    }
  }
}

/** What has brought somebody here, by the query of the address. */
function newsOf({ signedOut, over }: Record<string, unknown>): { notice?: string; alert?: string } {
  if (over !== undefined) return { alert: secondFactorRefusals.SIGN_IN_OVER.explanation };
  return signedOut === undefined ? {} : { notice: 'You are signed out.' };
}
