import type { RequestHandler } from 'express';
import { randomPassingId } from '../crypto/digest.js';
import type { Logger } from '../logging/logger.js';
import { withoutTokens } from './without-tokens.js';

declare module 'express-serve-static-core' {
  interface Request {
    requestId?: string;
  }
}

const acceptableId = /^[\w.-]{8,64}$/;

/** The id of a request: what the proxy sent as `X-Request-Id`, where it looks like one, or a new one. */
export function requestIdFrom(given: string | string[] | undefined): string {
  return typeof given === 'string' && acceptableId.test(given) ? given : randomPassingId();
}

/**
 * Gives each request an id (the proxy's, where it looks like one) and writes one line when it ends.
 * The line has the path, without a token in it, and never the query, which carries codes and tokens.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdFrom(request.get('x-request-id'));
    const started = performance.now();
    const path = withoutTokens(request.path);
    request.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.on('finish', () => {
      const milliseconds = Math.round((performance.now() - started) * 10) / 10;
      logger.event('request', { requestId, method: request.method, path, status: response.statusCode, milliseconds });
    });
    next();
  };
}
