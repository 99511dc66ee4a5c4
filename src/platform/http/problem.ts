import type { Request, Response } from 'express';
import { Overloaded } from '../crypto/bounded-queue.js';
import { AppError, errorCatalogue, type ErrorCode } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import { withoutTokens } from './without-tokens.js';

/** RFC 9457: an error as the members of `application/problem+json`. */
export function problemOf(error: AppError, requestId: string): Record<string, unknown> {
  return { type: 'about:blank', title: error.message, status: error.status, requestId, ...error.publicFacts };
}

/** Answers with the problem. */
export function sendProblem(response: Response, error: AppError, requestId: string): void {
  sayWhenToRetry(response, error);
  response
    .status(error.status)
    .type('application/problem+json')
    .json({ ...problemOf(error, requestId), ...(isGraphql(response.req) ? graphqlErrorsOf(error, requestId) : {}) });
}

// Within a middleware `path` is what is left of it behind where that is mounted.
const isGraphql = ({ originalUrl }: Request): boolean => /^\/graphql([/?]|$)/i.test(originalUrl);

/** What was refused before GraphQL saw it: a GraphQL client looks for an error under `errors`. */
function graphqlErrorsOf({ message, publicFacts }: AppError, requestId: string): Record<string, unknown> {
  return { errors: [{ message, extensions: { ...publicFacts, requestId } }] };
}

/** `Retry-After` (RFC 9110, 10.2.3), for whoever was told to wait. */
export function sayWhenToRetry(response: Response, error: AppError): void {
  if (error.code !== 'RATE_LIMITED') return;
  const seconds = error.facts.retryAfterSeconds;
  response.setHeader('Retry-After', typeof seconds === 'number' ? String(seconds) : '60');
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** Whatever was thrown, as an error that a caller may be told of. What is not ours becomes INTERNAL. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isDatabaseRefusal(thrown)) return new AppError('VALIDATION_FAILED', { cause: thrown, detail: messageOf(thrown) });
  if (codeOf(thrown) === '23503') return new AppError('NOT_FOUND', { cause: thrown, detail: messageOf(thrown) });
  if (codeOf(thrown) === '23505') return new AppError('CONFLICT', { cause: thrown, detail: messageOf(thrown) });
  if (isDatabaseOutage(thrown) || thrown instanceof Overloaded)
    return new AppError('UNAVAILABLE', { cause: thrown, detail: messageOf(thrown) });
  const code = codeOfStatus[statusOf(thrown)];
  return new AppError(code ?? 'INTERNAL', { cause: thrown, detail: messageOf(thrown) });
}

/** What an operator needs to know of an error and a caller must not. */
export function logProblem(logger: Logger, error: AppError, request: Pick<Request, 'requestId'>, where: string): void {
  const cause = error.cause instanceof Error ? error.cause.stack : error.cause;
  const facts = {
    requestId: request.requestId,
    errorCode: error.code,
    where: withoutTokens(where),
    detail: error.detail && withoutTokens(error.detail),
    cause: typeof cause === 'string' ? withoutTokens(cause) : cause,
  };
  if (errorCatalogue[error.code].status >= 500) logger.failure(error.message, facts);
  else logger.event('refused', facts);
}

/** Express and Nest both put the status of an HTTP error on the error itself. */
function statusOf(thrown: unknown): number {
  if (thrown === null || typeof thrown !== 'object') return 500;
  const { status, statusCode } = thrown as { status?: unknown; statusCode?: unknown };
  const value = status ?? statusCode;
  return typeof value === 'number' ? value : 500;
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The code of a system error, or of the driver's error beneath one of TypeORM's. */
function codeOf(thrown: unknown): string {
  const { code, driverError } = (thrown ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = code ?? driverError?.code;
  return typeof found === 'string' ? found : '';
}

/** PostgreSQL class 22: the text holds what no column can, such as NUL or a lone surrogate. */
const isDatabaseRefusal = (thrown: unknown): boolean => /^22(021|P05|P02|003|007|008)$/.test(codeOf(thrown));

/** The server is down, starting, stopping, or out of connections; a serialization failure may be tried again. */
const isDatabaseOutage = (thrown: unknown): boolean =>
  /^(08\w{3}|57P0\d|57014|53\d{3}|40001|40P01|ECONNREFUSED|ECONNRESET)$/.test(codeOf(thrown)) ||
  /timeout exceeded when trying to connect|Connection terminated/.test(messageOf(thrown));
