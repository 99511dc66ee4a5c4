import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage } from 'node:http';
import { Clock } from '../../platform/clock/clock.js';
import { sha256Hex } from '../../platform/crypto/digest.js';
import { AppError } from '../../platform/errors/app-error.js';
import { answerAhead, problemAnswer, type PlainAnswer } from '../../platform/http/ahead-of-express.js';
import { networkOf } from '../../platform/http/network.js';
import type { Origin } from '../../policy/actor.js';
import { readPresentedKey, type PresentedKey } from '../presented-key.js';
import { clientAddress, type TrustsProxy } from '../verify/client-address.js';
import { FailureLimiter } from '../verify/failure-limiter.js';
import { parseJson, readBody } from '../verify/request-body.js';
import { KeySurrender } from './key-surrender.service.js';
import { readReport } from './leak-report.js';
import type { ReportedToken } from './reported-token.types.js';

const KEY_LIMIT_BYTES = 4096;
const REPORT_LIMIT_BYTES = 128 * 1024;

/**
 * `POST /api/keys/revoke` and `POST /api/keys/leaks`: whoever has a secret may end its key, and nobody needs to be known
 * for that. They are answered ahead of Express, where a dead key in the Authorization header would be refused already.
 */
@Injectable()
export class KeySurrenderEndpoints {
  constructor(
    private readonly surrender: KeySurrender,
    private readonly failures: FailureLimiter,
    private readonly clock: Clock,
  ) {}

  /** 204 whether the key was good, has ended or never was: a guess learns nothing from it. */
  async revoke(request: IncomingMessage, origin: Origin): Promise<PlainAnswer> {
    const presented = await readKey(request);
    const ended = presented !== null && (await this.surrender.revoke(presented, origin));
    return this.throttled(origin, ended ? 0 : 1) ?? { status: 204 };
  }

  /** Labels each token as GitHub's secret scanning takes it, by its hash: no answer repeats a secret. */
  async report(request: IncomingMessage, origin: Origin): Promise<PlainAnswer> {
    const tokens = readReport(await readBody(request, REPORT_LIMIT_BYTES));
    const areOurs = await this.surrender.report(tokens, origin);
    const body = JSON.stringify(tokens.map((token, index) => labelFor(token, areOurs[index] === true)));
    const answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body };
    return this.throttled(origin, areOurs.filter((isOurs) => !isOurs).length) ?? answer;
  }

  /** Counts wrong keys with those of verifications. What could be ended has been: strangers can't keep a holder from it. */
  private throttled({ ip, requestId }: Origin, wrong: number): PlainAnswer | null {
    const now = this.clock.now().getTime();
    const waits = Array.from({ length: wrong }, () => this.failures.count(networkOf(ip), now));
    const wait = waits.at(-1) ?? null;
    return wait === null
      ? null
      : problemAnswer(new AppError('RATE_LIMITED'), requestId, { 'Retry-After': String(wait) });
  }
}

/** Puts both before Express on the application's HTTP server. Call it once the proxies to trust are set. */
export function mountKeySurrender(app: NestExpressApplication): void {
  const endpoints = app.get(KeySurrenderEndpoints, { strict: false });
  const trusts = app.getHttpAdapter().getInstance().get('trust proxy fn') as TrustsProxy;
  const originOf = (request: IncomingMessage, requestId: string): Origin => ({
    ip: clientAddress(request, trusts),
    userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
    requestId,
  });
  const mount = (path: string, answer: (request: IncomingMessage, origin: Origin) => Promise<PlainAnswer>): void =>
    answerAhead(app, { path, methods: ['POST'], answer: (request, id) => answer(request, originOf(request, id)) });
  mount('/api/keys/revoke', (request, origin) => endpoints.revoke(request, origin));
  mount('/api/keys/leaks', (request, origin) => endpoints.report(request, origin));
}

/** The key of the Authorization header, or else of the body: a header may be there for a proxy. Null for what cannot be one. */
async function readKey(request: IncomingMessage): Promise<PresentedKey | null> {
  const { authorization } = request.headers;
  const presented = readPresentedKey(authorization);
  const text = presented ? '' : await readBody(request, KEY_LIMIT_BYTES);
  if (presented || (text === '' && authorization !== undefined)) return presented;
  const body = parseJson(text, noKey);
  if (body === null || typeof body !== 'object' || !('secretKey' in body)) throw noKey();
  if (typeof body.secretKey !== 'string') throw noKey();
  return readPresentedKey(`Bearer ${body.secretKey}`);
}

const noKey = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    message: 'Show the key as Authorization: Bearer, or in a JSON body with secretKey, a string.',
  });

function labelFor({ token, type }: ReportedToken, isOurs: boolean): Readonly<Record<string, string>> {
  const label = isOurs ? 'true_positive' : 'false_positive';
  return { token_hash: sha256Hex(token), ...(type === null ? {} : { token_type: type }), label };
}
