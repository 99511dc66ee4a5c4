import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AccessService } from '../access/access.service.js';
import { anonymous } from '../policy/actor.js';
import { originOf } from '../policy/request-origin.js';
import { ScimTokenAuthentication } from './tokens/scim-token-authentication.service.js';

/**
 * Works out which directory is calling, before any handler runs. Nothing but a SCIM token counts here, and it counts nowhere
 * else: a session's cookie is not looked at, and an API key is an unknown token.
 */
@Injectable()
export class ScimCallerMiddleware implements NestMiddleware {
  constructor(
    private readonly access: AccessService,
    private readonly tokens: ScimTokenAuthentication,
  ) {}

  /** @throws UNAUTHENTICATED for an Authorization header that proves nothing; RATE_LIMITED */
  async use(request: Request, _response: Response, next: NextFunction): Promise<void> {
    const origin = originOf(request);
    const authorization = request.get('authorization');
    if (authorization === undefined) request.caller = { actor: anonymous(origin), sessionId: null };
    else {
      const { identity, tokenId, organizationId, role } = await this.tokens.identify(authorization, origin);
      const actor = this.access.actorFor(identity, origin);
      request.caller = { actor, sessionId: null };
      request.scimClient = { tokenId, organizationId, role, actor };
    }
    next();
  }
}
