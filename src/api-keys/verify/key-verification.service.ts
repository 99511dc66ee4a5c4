import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Clock } from '../../platform/clock/clock.js';
import { answerAhead, type PlainAnswer } from '../../platform/http/ahead-of-express.js';
import { andThen } from '../../platform/http/at-once.js';
import { networkOf } from '../../platform/http/network.js';
import { isPermission } from '../../policy/permissions.js';
import { mayComeFrom } from '../allowed-networks.js';
import type { UsedFrom } from '../uses/unwritten-uses.js';
import { readPresentedKey } from '../presented-key.js';
import { KeyRateLimiter } from '../rate-limit/key-rate-limiter.service.js';
import { clientAddress, remembering, type TrustsProxy } from './client-address.js';
import { FailureLimiter } from './failure-limiter.js';
import { KeyCache, type FoundKey } from './key-cache.service.js';
import type { StoredKey } from './key-lookup.service.js';
import { KeyUsage } from './key-usage.service.js';
import { readQuestion, type VerificationQuestion } from './verification-question.js';

const PATH = '/api/keys/verify';

const json = { 'Content-Type': 'application/json' };

/** One answer for keys that are unknown, malformed, expired, revoked and shown from elsewhere, and for none: a guess learns nothing from it. */
const invalidKey: PlainAnswer = {
  status: 401,
  body: '{"valid":false,"code":"INVALID_KEY"}',
  headers: { 'WWW-Authenticate': 'Bearer realm="gatehouse"', ...json },
};
const forbidden: PlainAnswer = { status: 403, body: '{"valid":false,"code":"FORBIDDEN"}', headers: json };

const limited = (seconds: number): PlainAnswer => ({
  status: 429,
  body: '{"valid":false,"code":"RATE_LIMITED"}',
  headers: { 'Retry-After': String(seconds), ...json },
});

/**
 * `POST /api/keys/verify` (the contract's section 5): is this key good, and for this?
 *
 * It is asked once for every request to the product behind Gatehouse. So it is answered on the HTTP server itself,
 * ahead of Express and Nest, leaves no line in the request log, and no entry on the audit trail: a refusal changes nothing, and
 * the product knows more of what was asked of it than Gatehouse does.
 */
@Injectable()
export class KeyVerification {
  constructor(
    private readonly cache: KeyCache,
    private readonly limiter: KeyRateLimiter,
    private readonly usage: KeyUsage,
    private readonly failures: FailureLimiter,
    private readonly clock: Clock,
  ) {}

  answer(request: IncomingMessage, trusts: TrustsProxy): PlainAnswer | Promise<PlainAnswer> {
    return andThen(readQuestion(request), (question) =>
      andThen(this.findGoodKey(request.headers.authorization, question), (found) =>
        found
          ? this.answerTo(found, question, whence(request, question, trusts))
          : this.refusalFor(clientAddress(request, trusts)),
      ),
    );
  }

  /**
   * What can't be a key is known without a look-up; unknown, expired and revoked ones each cost the same single one; good
   * ones cost none while they are remembered.
   */
  private findGoodKey(
    authorization: string | undefined,
    { projectId, ip }: VerificationQuestion,
  ): FoundKey | null | Promise<FoundKey | null> {
    const presented = readPresentedKey(authorization);
    return andThen(presented && this.cache.find(presented, projectId), (found) => {
      if (found?.key.revokedAt !== null || !mayComeFrom(found.key.allowedCidrs, ip)) return null;
      const { expiresAt } = found.key;
      return expiresAt !== null && expiresAt <= this.clock.now() ? null : found;
    });
  }

  private answerTo(
    found: FoundKey,
    question: VerificationQuestion,
    from: UsedFrom,
  ): PlainAnswer | Promise<PlainAnswer> {
    return andThen(this.limiter.count(found.key), (wait) => {
      if (wait !== null) return limited(wait);
      return andThen(this.usage.note(found.key, from), () =>
        answers(found, question) ? approvalOf(found.key) : forbidden,
      );
    });
  }

  private refusalFor(ip: string | null): PlainAnswer {
    const wait = this.failures.count(networkOf(ip), this.clock.now().getTime());
    return wait === null ? invalidKey : limited(wait);
  }
}

/** Puts the verification of keys before Express on the application's HTTP server. Call it once the proxies to trust are set. */
export function mountKeyVerification(app: NestExpressApplication): void {
  const verification = app.get(KeyVerification, { strict: false });
  const trusts = remembering(app.getHttpAdapter().getInstance().get('trust proxy fn') as TrustsProxy);
  answerAhead(app, { path: PATH, methods: ['POST'], answer: (request) => verification.answer(request, trusts) });
}

/** Who uses the key, as the product tells it; where it does not, or tells what is no address, the product itself. */
function whence(request: IncomingMessage, { ip }: VerificationQuestion, trusts: TrustsProxy): UsedFrom {
  const address = ip !== null && isIP(ip) > 0 ? ip : clientAddress(request, trusts);
  return { ip: address, userAgent: request.headers['user-agent'] ?? null };
}

function answers({ key, reachesProject }: FoundKey, { permission }: VerificationQuestion): boolean {
  return reachesProject && (permission === null || permissionsOf(key).includes(permission));
}

/** What the catalogue has no more, no key has. */
const permissionsOf = (key: StoredKey): string[] => key.permissions.filter(isPermission);

/** Written once for as long as the key is remembered. */
const approvals = new WeakMap<StoredKey, PlainAnswer>();

function approvalOf(key: StoredKey): PlainAnswer {
  const known = approvals.get(key);
  if (known) return known;
  const { id: keyId, scope, organizationId, projectId, expiresAt } = key;
  const told = { valid: true, keyId, scope, organizationId, projectId, permissions: permissionsOf(key), expiresAt };
  const approval = { status: 200, body: JSON.stringify(told), headers: json };
  approvals.set(key, approval);
  return approval;
}
