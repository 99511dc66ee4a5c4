import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { Public } from '../../policy/requires.decorator.js';
import { BackchannelLogoutService } from './backchannel-logout.service.js';
import { callerOf } from '../../policy/current.decorators.js';

/** A logout token is a few kilobytes at most. */
const LONGEST = 16_000;

@Controller('api/auth/backchannel-logout')
export class BackchannelLogoutController {
  constructor(private readonly logout: BackchannelLogoutService) {}

  /** Answers 200 whether or not the person was signed in here; 400 for a token that is not believed (2.8). */
  @Post(':key')
  @HttpCode(200)
  @Public('the provider’s signature on the token is the proof')
  async end(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('key') key: string,
  ): Promise<void> {
    response.set('Cache-Control', 'no-store');
    const token = (request.body as Record<string, unknown> | undefined)?.logout_token;
    const isToken = typeof token === 'string' && token.length <= LONGEST;
    await this.logout.end(key, isToken ? token : '', callerOf(request).actor.origin).catch((error: unknown) => {
      if (!(error instanceof ProviderRefusal)) throw error;
      throw new AppError('VALIDATION_FAILED', { message: 'The logout token is not valid.', detail: error.message });
    });
  }
}
