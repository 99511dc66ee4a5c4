import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomToken } from '../../platform/crypto/digest.js';
import { Signer } from '../../platform/crypto/mac.js';
import { readCookie } from '../../platform/http/cookies.js';

const YEAR_MINUTES = 365 * 24 * 60;
const PURPOSE = 'known device';

/**
 * Remembers, in the browser and nowhere else, that an account's person has signed in with it. It opens nothing: it only
 * has their attempts counted apart from a stranger's. One account for each browser, the last.
 */
@Injectable()
export class KnownDeviceCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(
    config: Config,
    private readonly signer: Signer,
    private readonly clock: Clock,
  ) {
    const secure = config.rootUrl.startsWith('https:');
    this.name = secure ? '__Host-gatehouse-device' : 'gatehouse-device';
    this.options = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: YEAR_MINUTES * 60_000 };
  }

  /** What names this browser for an account; null where its person has never signed in with it. */
  read(request: Request, userId: string): string | null {
    const cookie = readCookie(request, this.name);
    const value = cookie === null ? null : this.signer.verify(PURPOSE, cookie, this.clock.now());
    const [account, device] = value?.split(' ') ?? [];
    return device !== undefined && account === userId ? device : null;
  }

  /** For whoever has just signed in. A browser that is known already keeps its name, and with it what was counted. */
  write(response: Response, userId: string): void {
    const device = this.read(response.req, userId) ?? randomToken(16);
    const value = `${userId} ${device}`;
    response.cookie(this.name, this.signer.sign(PURPOSE, value, this.clock.inMinutes(YEAR_MINUTES)), this.options);
  }
}
