import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors/app-error.js';

const readOnly = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Headers that a browser sends to another origin only after asking it first (CORS preflight, which we never grant). */
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * Refuses a change that another site made a browser send (CSRF). A browser names the page's origin on every POST:
 * it must be ours. A request with a cookie and no origin must carry a header that only our own script can set.
 * A request with neither cookie nor origin brings no authority of a browser along, and passes.
 *
 * @param exempt paths to which an identity provider posts (SAML, back-channel logout), which carry their own proof
 * @param record leaves an entry on the trail, before the refusal is told
 */
export function sameOrigin(
  rootUrl: string,
  exempt: RegExp,
  record: (request: Request, refusal: AppError) => Promise<void>,
): RequestHandler {
  const { origin } = new URL(rootUrl);
  return (request, _response, next) => {
    if (readOnly.has(request.method) || exempt.test(request.path) || isOurs(request, origin)) {
      next();
      return;
    }
    const refusal = new AppError('CROSS_ORIGIN', { detail: `origin ${request.get('origin') ?? 'absent'}` });
    record(request, refusal).then(() => next(refusal), next);
  };
}

function isOurs(request: Request, origin: string): boolean {
  const named = request.get('origin');
  if (named !== undefined && named !== 'null') return named === origin;
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  if (named === 'null') return false;
  return request.get('cookie') === undefined || preflightHeaders.some((name) => request.get(name) !== undefined);
}
