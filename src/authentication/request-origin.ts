import type { Request } from 'express';
import type { Origin } from '../policy/actor.js';

/** Where a request came from. Express reads `X-Forwarded-For` only from the proxies of `TRUST_PROXY`. */
export function originOf(request: Request): Origin {
  return {
    ip: request.ip ?? null,
    userAgent: request.get('user-agent')?.slice(0, 300) ?? null,
    requestId: request.requestId ?? '',
  };
}
