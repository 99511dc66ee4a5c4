import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { LastMethodCookie } from '../sign-in/last-method-cookie.service.js';
import { KnownDeviceCookie } from '../throttle/known-device-cookie.service.js';
import { cookieIn } from '../../platform/http/cookies.js';
import type { OpenedSession } from '../../sessions/session.types.js';

/** The session cookie of the contract's section 2. */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(
    config: Config,
    private readonly knownDevice: KnownDeviceCookie,
    private readonly lastMethod: LastMethodCookie,
  ) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse' : 'gatehouse';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/' };
  }

  read(request: Request): string | null {
    return this.readFrom(request.get('cookie'));
  }

  /** @param header of the cookies, where there is no Express to read it */
  readFrom(header: string | undefined): string | null {
    return cookieIn(header, this.name);
  }

  /** From here on the browser is signed in, and known to have been. */
  write(response: Response, { token, session }: OpenedSession): void {
    response.cookie(this.name, token, { ...this.options, expires: session.expiresAt });
    this.knownDevice.write(response, session.userId);
    this.lastMethod.write(response, session);
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.options);
  }
}
