import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { readCookie } from '../../platform/http/cookies.js';
import type { Session } from '../../sessions/session.types.js';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Remembers, in the browser alone, by which way somebody last came in, so that the sign-in page can offer it first. */
@Injectable()
export class LastMethodCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(config: Config) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse-last-method' : 'gatehouse-last-method';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: YEAR_MS };
  }

  /** The key of a provider or connection, or `password` or `passkey`; null where nobody has come in yet. Anybody can write it. */
  read(request: Request): string | null {
    return readCookie(request, this.name);
  }

  write(response: Response, { method, connection }: Session): void {
    response.cookie(this.name, connection ?? method, this.options);
  }
}
