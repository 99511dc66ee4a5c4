import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AccessService } from '../../access/access.service.js';
import { ApiKeyAuthenticationService } from '../../api-keys/api-key-authentication.service.js';
import { Config } from '../../platform/config/config.js';
import { sameDigest, sha256 } from '../../platform/crypto/digest.js';
import { AppError } from '../../platform/errors/app-error.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { SessionService } from '../../sessions/session.service.js';
import { originOf } from '../../policy/request-origin.js';
import { identityIn, SessionLookup } from '../check/session-lookup.service.js';
import { SessionCookie } from './session-cookie.service.js';

/** Works out who is calling, from an Authorization header or else the session cookie, before any handler runs. */
@Injectable()
export class CallerMiddleware implements NestMiddleware {
  constructor(
    private readonly access: AccessService,
    private readonly sessions: SessionService,
    private readonly lookup: SessionLookup,
    private readonly apiKeys: ApiKeyAuthenticationService,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  async use(request: Request, _response: Response, next: NextFunction): Promise<void> {
    request.caller = await this.callerOf(request);
    next();
  }

  private async callerOf(request: Request): Promise<Caller> {
    const origin = originOf(request);
    const authorization = request.get('authorization');
    if (authorization !== undefined) return this.callerByKey(authorization, origin);
    return (await this.callerBySession(request, origin)) ?? { actor: anonymous(origin), sessionId: null };
  }

  /**
   * @throws UNAUTHENTICATED for an Authorization header that proves nothing: a wrong key is never an anonymous call;
   *   KEY_EXPIRED for a key whose time is over
   */
  private async callerByKey(authorization: string, origin: Origin): Promise<Caller> {
    const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    if (bearer !== undefined && this.isAdminKey(bearer)) {
      return { actor: this.access.actorFor({ kind: 'administrator' }, origin), sessionId: null };
    }
    const identity = await this.apiKeys.identify(authorization, origin);
    if (!identity) throw new AppError('UNAUTHENTICATED', { message: 'The Authorization header holds no valid key.' });
    return { actor: this.access.actorFor(identity, origin), sessionId: null };
  }

  private isAdminKey(bearer: string): boolean {
    const key = this.config.adminApiKey;
    return key !== null && sameDigest(sha256(bearer), sha256(key.reveal()));
  }

  private async callerBySession(request: Request, origin: Origin): Promise<Caller | null> {
    const token = this.cookie.read(request);
    const session = token === null ? null : await this.lookup.findLive(sha256(token));
    if (!session) return null;
    await this.sessions.noteUse(session);
    return { actor: this.access.actorFor(identityIn(session), origin), sessionId: session.id };
  }
}
