import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { callerOf } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { TokenBody } from './token.dto.js';
import { TokenService, type IssuedToken } from './token.service.js';

@Controller('api/auth/token')
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly refusals: RefusalService,
  ) {}

  @Post()
  @HttpCode(200)
  @Requires('signedIn')
  async issue(@Req() request: Request, @Body() body?: TokenBody): Promise<IssuedToken> {
    try {
      return await this.tokens.issue(callerOf(request), body ?? {});
    } catch (error) {
      if (error instanceof AppError) await this.refusals.recordRequest(request, error);
      throw error;
    }
  }
}
