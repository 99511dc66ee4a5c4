import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '../platform/config/config.js';
import { readCookie } from '../platform/http/cookies.js';
import type { OpenedSession } from '../sessions/session.types.js';

/** The session cookie of the contract's section 2. */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(config: Config) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse' : 'gatehouse';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/' };
  }

  read(request: Request): string | null {
    return readCookie(request, this.name);
  }

  write(response: Response, { token, session }: OpenedSession): void {
    response.cookie(this.name, token, { ...this.options, expires: session.expiresAt });
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.options);
  }
}
