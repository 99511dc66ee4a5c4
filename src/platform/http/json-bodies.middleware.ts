import type { RequestHandler } from 'express';
import { AppError } from '../errors/app-error.js';

const api = /^\/api\//i;

/**
 * The REST API takes JSON, or no body, and nothing else: a form or plain text is what another site can send without asking first.
 * @param exempt paths to which an identity provider posts forms
 */
export function jsonBodies(exempt: RegExp): RequestHandler {
  return (request, _response, next) => {
    const isEmpty = request.get('content-length') === '0' && request.get('content-type') === undefined;
    const isOther = !isEmpty && request.is(['application/json', '+json']) === false;
    if (isOther && api.test(request.path) && !exempt.test(request.path)) next(new AppError('UNSUPPORTED_MEDIA_TYPE'));
    else next();
  };
}
