import { Injectable } from '@nestjs/common';
import type { Identity } from '../access/access.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { AppError } from '../platform/errors/app-error.js';
import { networkOf } from '../platform/http/network.js';
import { anonymous, type Origin } from '../policy/actor.js';
import { mayComeFrom } from './allowed-networks.js';
import { apiKeyRefused } from './api-key.events.js';
import { readPresentedKey } from './presented-key.js';
import { KeyRateLimiter } from './rate-limit/key-rate-limiter.service.js';
import { RefusedUses } from './refused-uses.js';
import { KeyLookup, type StoredKey } from './verify/key-lookup.service.js';
import { KeyUsage } from './verify/key-usage.service.js';

/** Who calls the API with a key. It is read from the database each time, so that its end counts at the next call. */
@Injectable()
export class ApiKeyAuthenticationService {
  constructor(
    private readonly lookup: KeyLookup,
    private readonly limiter: KeyRateLimiter,
    private readonly usage: KeyUsage,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly refused: RefusedUses,
  ) {}

  /**
   * @param authorization the header: `Bearer sk-gh-…`, or HTTP Basic with both halves
   * @param origin where it was shown: a key that is kept to networks is good in those alone, and refusals are on the trail,
   *   one for all that come from one network within some minutes
   * @returns null where it holds no key, an unknown one, a revoked one or one that may not be used from there
   * @throws KEY_EXPIRED for a key whose time is over: only its holder can learn that; RATE_LIMITED with
   *   `retryAfterSeconds` for one that was used as often as it may be
   */
  async identify(authorization: string, origin: Origin): Promise<Identity | null> {
    const presented = readPresentedKey(authorization);
    const key = presented && (await this.lookup.find(presented));
    if (key?.revokedAt !== null) return null;
    if (!mayComeFrom(key.allowedCidrs, origin.ip)) {
      await this.tellRefused(key, origin);
      return null;
    }
    if (key.expiresAt !== null && key.expiresAt <= this.clock.now()) throw new AppError('KEY_EXPIRED');
    const retryAfterSeconds = await this.limiter.count(key);
    if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
    await this.usage.note(key, origin);
    const { organizationId, projectId, permissions } = key;
    return { kind: 'apiKey', id: key.id, label: key.publicKey, grant: { organizationId, projectId, permissions } };
  }

  private async tellRefused(key: StoredKey, origin: Origin): Promise<void> {
    const leftOut = this.refused.count(key.id, networkOf(origin.ip), this.clock.now().getTime());
    if (leftOut !== null) await this.audit.recordAlone(anonymous(origin), apiKeyRefused, { ...key, leftOut });
  }
}
