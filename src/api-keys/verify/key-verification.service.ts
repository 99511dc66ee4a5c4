import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage } from 'node:http';
import { Clock } from '../../platform/clock/clock.js';
import { answerAhead, type PlainAnswer } from '../../platform/http/ahead-of-express.js';
import { networkOf } from '../../platform/http/network.js';
import { isPermission } from '../../policy/permissions.js';
import { mayComeFrom } from '../allowed-networks.js';
import { readPresentedKey } from '../presented-key.js';
import { KeyRateLimiter } from '../rate-limit/key-rate-limiter.service.js';
import { clientAddress, type TrustsProxy } from './client-address.js';
import { FailureLimiter } from './failure-limiter.js';
import { KeyCache, type FoundKey } from './key-cache.service.js';
import type { StoredKey } from './key-lookup.service.js';
import { KeyUsage } from './key-usage.service.js';
import { readQuestion, type VerificationQuestion } from './verification-question.js';

const PATH = '/api/keys/verify';

interface Verdict {
  readonly status: 200 | 401 | 403 | 429;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One answer for keys that are unknown, malformed, expired, revoked and shown from elsewhere, and for none: a guess learns nothing from it. */
const invalidKey: Verdict = {
  status: 401,
  body: { valid: false, code: 'INVALID_KEY' },
  headers: { 'WWW-Authenticate': 'Bearer realm="gatehouse"' },
};
const forbidden: Verdict = { status: 403, body: { valid: false, code: 'FORBIDDEN' } };

const limited = (seconds: number): Verdict => ({
  status: 429,
  body: { valid: false, code: 'RATE_LIMITED' },
  headers: { 'Retry-After': String(seconds) },
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

  async answer(request: IncomingMessage, trusts: TrustsProxy): Promise<PlainAnswer> {
    const { status, body, headers } = await this.verdictOn(request, trusts);
    return { status, body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json' } };
  }

  private async verdictOn(request: IncomingMessage, trusts: TrustsProxy): Promise<Verdict> {
    const question = await readQuestion(request);
    const found = await this.findGoodKey(request.headers.authorization, question);
    if (!found) return this.refusalFor(clientAddress(request, trusts));
    const wait = await this.limiter.count(found.key);
    if (wait !== null) return limited(wait);
    await this.usage.note(found.key);
    return answers(found, question) ? approvalOf(found.key) : forbidden;
  }

  /**
   * What can't be a key is known without a look-up; unknown, expired and revoked ones each cost the same single one; good
   * ones cost none while they are remembered.
   */
  private async findGoodKey(
    authorization: string | undefined,
    { projectId, ip }: VerificationQuestion,
  ): Promise<FoundKey | null> {
    const presented = readPresentedKey(authorization);
    const found = presented && (await this.cache.find(presented, projectId));
    if (found?.key.revokedAt !== null || !mayComeFrom(found.key.allowedCidrs, ip)) return null;
    const { expiresAt } = found.key;
    return expiresAt !== null && expiresAt <= this.clock.now() ? null : found;
  }

  private refusalFor(ip: string | null): Verdict {
    const wait = this.failures.count(networkOf(ip), this.clock.now().getTime());
    return wait === null ? invalidKey : limited(wait);
  }
}

/** Puts the verification of keys before Express on the application's HTTP server. Call it once the proxies to trust are set. */
export function mountKeyVerification(app: NestExpressApplication): void {
  const verification = app.get(KeyVerification, { strict: false });
  const trusts = app.getHttpAdapter().getInstance().get('trust proxy fn') as TrustsProxy;
  answerAhead(app, { path: PATH, methods: ['POST'], answer: (request) => verification.answer(request, trusts) });
}

function answers({ key, reachesProject }: FoundKey, { permission }: VerificationQuestion): boolean {
  return reachesProject && (permission === null || permissionsOf(key).includes(permission));
}

/** What the catalogue has no more, no key has. */
const permissionsOf = (key: StoredKey): string[] => key.permissions.filter(isPermission);

function approvalOf(key: StoredKey): Verdict {
  const { id: keyId, scope, organizationId, projectId, expiresAt } = key;
  return {
    status: 200,
    body: { valid: true, keyId, scope, organizationId, projectId, permissions: permissionsOf(key), expiresAt },
  };
}
