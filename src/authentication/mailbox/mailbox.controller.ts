import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { originOf } from '../../policy/request-origin.js';
import { Public } from '../../policy/requires.decorator.js';
import { MailboxActions } from './mailbox-actions.service.js';
import { ForgotPasswordBody, ResetPasswordBody, VerifyEmailBody } from './mailbox.dto.js';
import { ResetRequestService } from './reset-request.service.js';

/** What is proven through a mailbox, as an API: for an application's own pages. */
@Controller('api/auth')
export class MailboxController {
  constructor(
    private readonly resets: ResetRequestService,
    private readonly actions: MailboxActions,
  ) {}

  @Post('password/forgot')
  @HttpCode(202)
  @Public('who has forgotten a password can prove nothing yet; the answer is the same for every address')
  forgot(@Req() request: Request, @Body() { email }: ForgotPasswordBody): Promise<void> {
    return this.resets.request(email, originOf(request));
  }

  @Post('password/reset')
  @HttpCode(204)
  @Public('the token of the mailed link is the proof')
  reset(@Req() request: Request, @Body() { token, password }: ResetPasswordBody): Promise<void> {
    return this.actions.resetPassword(request, token, password);
  }

  @Post('email/verify')
  @HttpCode(204)
  @Public('the token of the mailed link is the proof')
  verify(@Req() request: Request, @Body() { token }: VerifyEmailBody): Promise<void> {
    return this.actions.confirmEmail(request, token);
  }
}
