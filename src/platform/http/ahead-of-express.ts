import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, Server, ServerResponse } from 'node:http';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../logging/logger.js';
import { andThen } from './at-once.js';
import { logProblem, problemOf, toAppError } from './problem.js';
import { requestIdFrom } from './request-log.middleware.js';

/** What is sent: `body` as it stands, or nothing. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Ahead {
  readonly path: string;
  readonly methods: readonly string[];
  /** What it throws is told as a problem document. */
  readonly answer: (request: IncomingMessage, requestId: string) => PlainAnswer | Promise<PlainAnswer>;
}

/** What each server answers by itself, by path. */
const answered = new WeakMap<Server, Map<string, Ahead>>();

/**
 * Has one path answered on the HTTP server itself, ahead of Express and Nest, for what is asked at every request of
 * somebody else's product. It leaves no line in the request log.
 */
export function answerAhead(app: NestExpressApplication, ahead: Ahead): void {
  const server = app.getHttpServer();
  const known = answered.get(server) ?? listenAhead(server, app.get(Logger));
  known.set(ahead.path, ahead);
}

function listenAhead(server: Server, logger: Logger): Map<string, Ahead> {
  const known = new Map<string, Ahead>();
  answered.set(server, known);
  const others = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { url = '' } = request;
    const query = url.indexOf('?');
    const ahead = known.get(query === -1 ? url : url.slice(0, query));
    if (ahead) reply(request, response, ahead, logger);
    else for (const listener of others) listener(request, response);
  });
  return known;
}

/** Never throws. */
function reply(request: IncomingMessage, response: ServerResponse, ahead: Ahead, logger: Logger): void {
  const { path, methods, answer } = ahead;
  const { method = '' } = request;
  const requestId = requestIdFrom(request.headers['x-request-id']);
  const fail = (thrown: unknown): void => {
    const error = toAppError(thrown);
    logProblem(logger, error, { requestId }, `${method} ${path}`);
    const headers = error.code === 'METHOD_NOT_ALLOWED' ? { Allow: methods.join(', ') } : {};
    send(response, requestId, problemAnswer(error, requestId, headers));
  };
  try {
    if (!methods.includes(method)) throw new AppError('METHOD_NOT_ALLOWED');
    const sent = andThen(answer(request, requestId), (given) => send(response, requestId, given));
    if (sent instanceof Promise) sent.catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}

/** An error as the answer that tells of it. */
export function problemAnswer(
  error: AppError,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): PlainAnswer {
  const told = {
    'Content-Type': 'application/problem+json',
    // A body that is too large is not read to its end, so its connection can't be used again.
    ...(error.code === 'PAYLOAD_TOO_LARGE' ? { Connection: 'close' } : {}),
    ...headers,
  };
  return { status: error.status, headers: told, body: JSON.stringify(problemOf(error, requestId)) };
}

function send(response: ServerResponse, requestId: string, { status, headers, body = '' }: PlainAnswer): void {
  const told: OutgoingHttpHeaders = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    ...headers,
  };
  // A 204 has no length (RFC 9110, 8.6).
  if (status !== 204) told['Content-Length'] = Buffer.byteLength(body);
  response.writeHead(status, told);
  response.end(body);
}
