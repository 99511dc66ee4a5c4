import type { ErrorRequestHandler } from 'express';
import { AppError } from '../errors/app-error.js';

/** Says that a body could not be read, in words of our own: the parser's quote the body, and with it perhaps a password. */
export function unreadableBody(): ErrorRequestHandler {
  return (error: unknown, _request, _response, next) => {
    const { type } = (error ?? {}) as { readonly type?: unknown };
    const isParserError = type === 'entity.parse.failed';
    next(isParserError ? new AppError('VALIDATION_FAILED', { message: 'The body is not valid JSON.' }) : error);
  };
}
