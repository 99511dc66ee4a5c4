import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formField } from '../../platform/http/form.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { ProviderSignOutService } from './provider-sign-out.service.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';

@Controller('sign-out')
export class SignOutPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly signingOut: ProviderSignOutService,
    private readonly cookie: SessionCookie,
  ) {}

  @Post()
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
}
