import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AppError } from '../../platform/errors/app-error.js';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { callerOf } from '../../policy/current.decorators.js';
import { onward, signInUrl } from '../pages/links.js';
import { RelyingParty } from '../strategies/passkey/relying-party.service.js';
import { PendingCookie } from './pending-cookie.service.js';
import { PendingSignInService } from './pending-sign-in.service.js';
import { SecondFactorService } from './second-factor.service.js';

/** Asks for the second factor of whoever has just given a right password. */
@Injectable()
export class SecondStepView {
  constructor(
    private readonly pages: PageRenderer,
    private readonly pending: PendingSignInService,
    private readonly cookie: PendingCookie,
    private readonly factors: SecondFactorService,
    private readonly relyingParty: RelyingParty,
  ) {}

  /** Whoever has no sign-in that could be finished is led to where one begins, or goes on if they are signed in. */
  async send(request: Request, response: Response, returnTo: string, problem?: AppError): Promise<void> {
    const user = await this.pending.find(this.cookie.read(request));
    if (!user) {
      const isSignedIn = callerOf(request).actor.kind === 'user';
      response.redirect(303, isSignedIn ? onward(returnTo) : overUrl(returnTo));
      return;
    }
    const asked = await this.factors.askedOf(user.id);
    const html = this.pages.render('second-step', {
      returnTo,
      totp: asked.includes('totp'),
      passkey: asked.includes('passkey') && this.relyingParty.hasPasskeys,
      ...problemsOf(problem),
    });
    sendPage(response, html, problem?.status ?? 200);
  }
}

/** A wrong code can be typed again, there where the cursor is. */
function problemsOf(problem: AppError | undefined): { alert?: string; errors?: { code: string } } {
  if (!problem) return {};
  return problem.code === 'INVALID_CODE' ? { errors: { code: problem.message } } : { alert: problem.message };
}

function overUrl(returnTo: string): string {
  const url = signInUrl(returnTo);
  return `${url}${url.includes('?') ? '&' : '?'}over=1`;
}
