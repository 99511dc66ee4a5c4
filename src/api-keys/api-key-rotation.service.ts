import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import type { Actor, Scope } from '../policy/actor.js';
import { refuseStaleProof } from '../policy/fresh-proof.js';
import { isPermission } from '../policy/permissions.js';
import { ApiKeyGrantService } from './api-key-grant.service.js';
import { issueKeyPair } from './api-key-token.js';
import { KeyBounds } from './bounds/key-bounds.service.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyCreated, apiKeyRotated } from './api-key.events.js';
import { earlier, endOf, type ApiKey, type CreatedApiKey, type Rotation } from './api-key.types.js';
import { newKey, rowOf } from './new-key.js';
import { ServiceAccountOwnership } from './service-accounts/service-account-ownership.service.js';

const USUAL_OVERLAP_SECONDS = 7 * 24 * 60 * 60;

/** Makes the next pair while the old one is in use: what is deployed has time to change over. */
@Injectable()
export class ApiKeyRotationService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly grants: ApiKeyGrantService,
    private readonly accounts: ServiceAccountOwnership,
    private readonly bounds: KeyBounds,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a key like the old one, which then dies when the overlap ends. The secret is in the result, once.
   * @throws CANNOT_GRANT where the old key has a permission that the actor does not hold; CONFLICT for a key that has a
   *   successor; PRECONDITION_FAILED for one that has ended; VALIDATION_FAILED for an `endsAt` that has passed;
   *   STEP_UP_REQUIRED for a key of the organization
   */
  async rotate(actor: Actor, { organizationId }: Scope, rotation: Rotation): Promise<CreatedApiKey> {
    const endsAt = rotation.endsAt ?? null;
    if (endsAt !== null && endsAt <= this.clock.now()) throw invalid('endsAt', 'endsAt must lie in the future.');
    return this.database.transaction(async (tx) => {
      const limit = await this.grants.limitFor(tx, actor, organizationId);
      const old = await this.takeLiving(tx, organizationId, rotation.apiKeyId);
      if (old.projectId === null) refuseStaleProof(actor, this.clock.now());
      const next = await this.insertNext(tx, actor, old, limit);
      const rotated = {
        successorId: next.apiKey.id,
        rotatedAt: next.apiKey.createdAt,
        overlapSeconds: endsAt === null ? (rotation.overlapSeconds ?? USUAL_OVERLAP_SECONDS) : null,
        diesAt: endsAt,
      };
      await tx.update(ApiKeyEntity, { id: old.id }, rotated);
      await this.audit.record(tx, actor, apiKeyRotated, { ...old, ...rotated });
      return next;
    });
  }

  /** Two who rotate one key take turns here, so that the second meets the successor which the first has made. */
  private async takeLiving(tx: Tx, organizationId: string, id: string): Promise<ApiKey> {
    const lock = { mode: 'for_no_key_update' } as const;
    const old = await tx.findOne(ApiKeyEntity, { where: { id, organizationId }, lock });
    if (!old) throw new AppError('NOT_FOUND');
    if (this.hasEnded(old)) {
      throw new AppError('PRECONDITION_FAILED', { message: 'This key has ended. Create a new one instead.' });
    }
    if (old.successorId !== null) {
      const message = 'This key has a successor already. Rotate that one, or revoke it to rotate this one again.';
      throw new AppError('CONFLICT', { message });
    }
    return old;
  }

  private hasEnded(key: ApiKey): boolean {
    const end = endOf(key);
    return key.revokedAt !== null || (end !== null && end <= this.clock.now());
  }

  private async insertNext(tx: Tx, actor: Actor, old: ApiKey, limit: Date | null): Promise<CreatedApiKey> {
    const { organizationId, projectId, name, note, serviceAccountId } = old;
    const scope = { organizationId, projectId };
    const owner = await this.accounts.ownerOf(tx, scope, old.serviceAccountId);
    // What the catalogue or its service account has no more, no key has.
    const kept = old.permissions.filter((name) => isPermission(name) && (owner?.permissions.includes(name) ?? true));
    const permissions = await this.grants.permissionsFor(actor, scope, kept, owner);
    const pair = issueKeyPair();
    const now = this.clock.now();
    const expiresAt = earlier(asLongAs(old, now), limit);
    const allowedCidrs = await this.grants.networksFor(tx, actor, old.allowedCidrs);
    const rateLimit = await this.grants.rateLimitFor(tx, actor, old.rateLimit);
    const bounds = { permissions, expiresAt, allowedCidrs, rateLimit };
    const facts = { name, note, ...bounds, serviceAccountId, rotatedFromId: old.id };
    const apiKey = newKey(actor, scope, pair, facts, now);
    await tx.insert(ApiKeyEntity, rowOf(apiKey, pair));
    await this.bounds.refreshOne(tx, organizationId, apiKey.id);
    await this.audit.record(tx, actor, apiKeyCreated, apiKey);
    return { apiKey, publicKey: pair.publicKey, secretKey: pair.secretKey.reveal() };
  }
}

/** The new key's life is as long as the old one's was meant to be. */
function asLongAs({ createdAt, expiresAt }: ApiKey, now: Date): Date | null {
  return expiresAt && new Date(now.getTime() + expiresAt.getTime() - createdAt.getTime());
}
