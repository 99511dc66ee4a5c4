import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage } from 'node:http';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { answerAhead, problemAnswer, type PlainAnswer } from '../../platform/http/ahead-of-express.js';
import { safeReturnTo } from '../../platform/http/return-to.js';
import { SessionCookie } from '../sessions/session-cookie.service.js';
import { signInUrl } from '../pages/links.js';
import { SessionCheckService, type CheckedSession } from './session-check.service.js';

const PATH = '/api/auth/check';

/** An id or a slug. One that is empty was asked about too, by a proxy whose variable was not set. */
const organizationShape = /^[\x21-\x7e]{1,200}$/;

/**
 * `GET /api/auth/check`: whether a proxy may let a request through to the application behind it, by the session cookie alone.
 * An `Authorization` header is the application's own business, and an API key has no person behind it: for keys there is
 * `POST /api/keys/verify`.
 *
 * It is asked for each request to that application, so it is answered ahead of Express, and is on no log and no trail.
 */
@Injectable()
export class ForwardAuth {
  constructor(
    private readonly sessions: SessionCheckService,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
  ) {}

  /**
   * 204 with who it is in `X-Auth-…`; 401 with the page to sign in at in `X-Auth-Sign-In`; 403 where they are no member
   * of the `organization` asked about, or its security policy asks for more (code in `X-Auth-Error`).
   * @throws VALIDATION_FAILED for a parameter that there is not: misspelt, it would ask nothing
   */
  async answer(request: IncomingMessage, requestId: string): Promise<PlainAnswer> {
    const organization = organizationIn(request.url ?? '');
    const token = this.cookie.readFrom(request.headers.cookie);
    const session = token === null ? null : await this.sessions.check(token, organization);
    if (!session) return refusal(new AppError('UNAUTHENTICATED'), requestId, this.signInHeader(request));
    if (session.place instanceof AppError) return refusal(session.place, requestId);
    return { status: 204, headers: headersOf(session) };
  }

  /** The page leads back to the path that was asked for, as the proxy names it. */
  private signInHeader({ headers }: IncomingMessage): Record<string, string> {
    const asked = headers['x-original-uri'] ?? headers['x-forwarded-uri'];
    return { 'X-Auth-Sign-In': this.config.rootUrl + signInUrl(safeReturnTo(asked)) };
  }
}

/** Puts the check before Express on the application's HTTP server. */
export function mountForwardAuth(app: NestExpressApplication): void {
  const forwardAuth = app.get(ForwardAuth, { strict: false });
  const answer = forwardAuth.answer.bind(forwardAuth);
  answerAhead(app, { path: PATH, methods: ['GET', 'HEAD'], answer });
}

function refusal(error: AppError, requestId: string, headers: Readonly<Record<string, string>> = {}): PlainAnswer {
  return problemAnswer(error, requestId, { 'X-Auth-Error': error.code, ...headers });
}

function headersOf({ userId, email, place }: CheckedSession): Record<string, string> {
  const who = { 'X-Auth-User': headerSafe(userId), 'X-Auth-Email': headerSafe(email) };
  if (place === null || place instanceof AppError) return who;
  return { ...who, 'X-Auth-Organization': headerSafe(place.organizationId), 'X-Auth-Role': place.role };
}

/** What could end a header, or be read as two characters by somebody else, is percent-encoded. */
const headerSafe = (value: string): string => value.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);

/** Null: not asked about one. */
function organizationIn(url: string): string | null {
  const start = url.indexOf('?');
  const [asked, ...more] = start === -1 ? [] : new URLSearchParams(url.slice(start));
  if (!asked) return null;
  const [name, value] = asked;
  if (name === 'organization' && more.length === 0 && organizationShape.test(value)) return value;
  throw new AppError('VALIDATION_FAILED', { message: 'The one parameter is organization: an id or a slug.' });
}
