import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { formField } from '../../platform/http/form.js';
import { asProblem } from '../../platform/http/pages/form-problems.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Public } from '../../policy/requires.decorator.js';
import { SecondFactorGate } from '../second-factors/second-factor-gate.service.js';
import { PasswordSignInService } from '../strategies/password/password-sign-in.service.js';
import { KnownDeviceCookie } from '../throttle/known-device-cookie.service.js';
import { visitorOf } from '../throttle/visitor.js';
import { onward, secondStepUrl } from './links.js';
import { SignInForms } from './sign-in-forms.service.js';

const why = 'people meet it before they have proven anything';

/** The password, and the way past single sign-on when that is what fails. */
@Controller('sign-in/password')
export class SignInPasswordPage {
  constructor(
    private readonly forms: SignInForms,
    private readonly passwords: PasswordSignInService,
    private readonly gate: SecondFactorGate,
    private readonly devices: KnownDeviceCookie,
  ) {}

  @Get()
  @Public(why)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { email } = request.query;
    const returnTo = safeReturnTo(request.query.returnTo);
    if (callerOf(request).actor.kind === 'user') response.redirect(303, onward(returnTo));
    else await this.forms.askPasswordOf(response, typeof email === 'string' && email !== '' ? email : null, returnTo);
  }

  @Post()
  @Public(why)
  async prove(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [email, password] = [formField(request, 'email'), formField(request, 'password')];
    const returnTo = safeReturnTo(formField(request, 'returnTo'));
    const user = await this.passwords.prove(email, password, visitorOf(request, this.devices)).catch(asProblem);
    if (user instanceof AppError) {
      await this.forms.tellRefused(response, { email, returnTo }, user);
      return;
    }
    const missing = await this.gate.pass(user, request, response).then(() => null, asProblem);
    if (missing && missing.code !== 'SECOND_FACTOR_REQUIRED') throw missing;
    response.redirect(303, missing ? secondStepUrl(returnTo) : onward(returnTo));
  }
}
