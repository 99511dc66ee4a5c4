import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { PageRenderer } from '../../platform/http/pages/page-renderer.js';
import { sendPage } from '../../platform/http/pages/send-page.js';
import { Public } from '../../policy/requires.decorator.js';
import { SignInOptionsService } from '../sign-in/sign-in-options.service.js';
import { explain, type SignInRefusalReason } from '../sign-in/sign-in-refused.js';
import { passwordUrl, traceUrl } from './links.js';

/** Where a password would be refused for the same reason, or is what was refused. */
const noPasswordHelps = new Set<string>([
  'SSO_REQUIRED',
  'PASSWORD_DISABLED',
  'SIGN_UP_CLOSED',
  'TOO_MANY_ATTEMPTS',
  'ACCOUNT_DEACTIVATED',
] satisfies SignInRefusalReason[]);

/** Of a sign-in without a provider there is no trace. */
const isTraced = (name: string): boolean => name !== 'PASSWORD_DISABLED' && !name.startsWith('PASSKEY_');

@Controller('auth-error')
export class AuthErrorPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly options: SignInOptionsService,
  ) {}

  /** The words come from our catalogue by code: nothing of the address is shown but the code and the reference. */
  @Get()
  @Public('people meet it when a sign-in has failed')
  show(@Res() response: Response, @Query('code') code?: unknown, @Query('ref') reference?: unknown): void {
    const { name, title, explanation, remedy } = explain(code);
    const known = typeof reference === 'string' && /^[\w.-]{1,64}$/.test(reference) ? reference : null;
    const model = { title, explanation, remedy, code: name, reference: known ?? 'none', tryAgainUrl: '/sign-in' };
    const trace = known !== null && isTraced(name) ? { traceUrl: traceUrl(known) } : {};
    const instead = this.options.list().password && !noPasswordHelps.has(name) ? { passwordUrl: passwordUrl('/') } : {};
    sendPage(response, this.pages.render('auth-error', { ...model, ...trace, ...instead }));
  }
}
