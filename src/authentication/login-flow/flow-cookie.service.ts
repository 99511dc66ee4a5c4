import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { randomToken } from '../../platform/crypto/digest.js';
import { readCookie } from '../../platform/http/cookies.js';

/** Longer than a sign-in may take: whoever comes back late is told so, and not that the browser is another. */
const MAX_AGE_MS = 60 * 60_000;

/**
 * The cookie that ties a sign-in to the browser that began it, so that nobody can be made to finish somebody else's (login
 * CSRF, RFC 9700 4.7). One for all sign-ins under way in a browser. `Lax`: the provider sends the browser back by a link.
 */
@Injectable()
export class FlowCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(config: Config) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse-flow' : 'gatehouse-flow';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: MAX_AGE_MS };
  }

  read(request: Request): string | null {
    return readCookie(request, this.name);
  }

  /** What the browser has, or is given now. */
  ensure(request: Request, response: Response): string {
    const value = this.read(request) ?? randomToken();
    this.write(response, value);
    return value;
  }

  write(response: Response, value: string): void {
    response.cookie(this.name, value, this.options);
  }
}
