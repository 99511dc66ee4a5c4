import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { readCookie } from '../../platform/http/cookies.js';
import { PENDING_MINUTES } from './pending-sign-in.service.js';

/** The cookie of a sign-in whose second factor is still to come. It opens nothing but the page that asks for it. */
@Injectable()
export class PendingCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(config: Config) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse-pending' : 'gatehouse-pending';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/' };
  }

  read(request: Request): string | null {
    return readCookie(request, this.name);
  }

  write(response: Response, token: string): void {
    response.cookie(this.name, token, { ...this.options, maxAge: PENDING_MINUTES * 60_000 });
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.options);
  }
}
