import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { memberDeactivated, memberRemoved } from '../organizations/members/membership-changed.types.js';
import { Clock } from '../platform/clock/clock.js';
import { Database, type Tx } from '../platform/database/database.js';
import { TenantRepository } from '../platform/database/tenant-repository.js';
import { DomainEvents } from '../platform/events/domain-events.js';
import type { Actor } from '../policy/actor.js';
import { projectReturned } from '../projects/deletion/project-restoration.service.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyRevoked, apiKeyRotationUndone, type RevocationReason } from './api-key.events.js';
import { endOf, type ApiKey } from './api-key.types.js';
import { KeyCache } from './verify/key-cache.service.js';

/** A service account's keys outlast people: they are nobody's to take along, nor are those that they have made. */
const madeBy = 'created_by = $2 and service_account_id is null';
const ofAccount = 'service_account_id = $2';

/** Keys that end together, and why. */
interface Which {
  /** SQL for the first of them, by `of` as `$2`; those that they have made end too. */
  readonly first: string;
  readonly of: string;
  readonly reason: RevocationReason;
  /** Only those of one project. */
  readonly projectId?: string;
}

/** Ends keys at once and for good, each of them once. */
@Injectable()
export class ApiKeyEndingService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly cache: KeyCache,
    private readonly clock: Clock,
  ) {}

  /** Whoever leaves an organization, or is deactivated, leaves no key behind: neither one of theirs, nor one that such a key has made. */
  onModuleInit(): void {
    this.events.on(memberRemoved, (tx, { actor, organizationId, userId }) =>
      this.endAll(tx, actor, organizationId, { first: madeBy, of: userId, reason: 'creatorRemoved' }),
    );
    this.events.on(memberDeactivated, (tx, { actor, organizationId, userId }) =>
      this.endAll(tx, actor, organizationId, { first: madeBy, of: userId, reason: 'creatorDeactivated' }),
    );
    // Whoever left while a project was deleted left keys in it that could not be ended then.
    this.events.on(projectReturned, async (tx, { actor, scope: { organizationId, projectId }, formerMemberIds }) => {
      for (const of of formerMemberIds) {
        await this.endAll(tx, actor, organizationId, { first: madeBy, of, reason: 'creatorRemoved', projectId });
      }
    });
  }

  /**
   * One that has ended stays as it is. A predecessor that has not died yet lives on: whoever throws the new pair away
   * still has the old one.
   */
  async revoke(actor: Actor, organizationId: string, id: string): Promise<ApiKey> {
    return this.database.transaction(async (tx) => {
      const keys = new TenantRepository(tx, ApiKeyEntity, organizationId);
      await keys.get({ id });
      await lockWithPredecessors(tx, [id]);
      const key = await keys.get({ id });
      return (await this.end(tx, actor, key, 'revoked')) ?? key;
    });
  }

  /**
   * Ends a key for somebody who has shown its secret.
   * @param foundAt where a scanner has found it, for the trail
   * @returns null when it had ended already, and nothing was changed or recorded
   */
  async endByPossession(
    tx: Tx,
    actor: Actor,
    id: string,
    reason: 'byHolder' | 'leaked',
    foundAt: string | null = null,
  ): Promise<ApiKey | null> {
    const key = await tx.findOneBy(ApiKeyEntity, { id });
    return key && this.end(tx, actor, key, reason, foundAt);
  }

  /** Ends the keys of a service account, and those that such a key has made. Nobody makes another meanwhile. */
  async endAllOf(tx: Tx, actor: Actor, organizationId: string, serviceAccountId: string): Promise<void> {
    const which = { first: ofAccount, of: serviceAccountId, reason: 'serviceAccountDeleted' } as const;
    await this.endAll(tx, actor, organizationId, which);
  }

  private async endAll(
    tx: Tx,
    actor: Actor,
    organizationId: string,
    { first, of, reason, projectId }: Which,
  ): Promise<void> {
    const ending = await tx.query<{ id: string }[]>(
      `with recursive ending as (
         select id from api_keys where organization_id = $1 and ${first}
         union
         select made.id from api_keys made join ending on made.created_by = ending.id
         where made.organization_id = $1 and made.service_account_id is null
       )
       select id from ending`,
      [organizationId, of],
    );
    const ids = ending.map(({ id }) => id);
    await lockWithPredecessors(tx, ids);
    const inProject = projectId === undefined ? {} : { projectId };
    const live = { organizationId, id: In(ids), revokedAt: IsNull(), ...inProject };
    const keys = await tx.find(ApiKeyEntity, { where: live, order: { id: 'ASC' } });
    for (const key of keys) await this.end(tx, actor, key, reason);
  }

  /** @returns null when it had ended already, and nothing was changed or recorded */
  private async end(
    tx: Tx,
    actor: Actor,
    key: ApiKey,
    reason: RevocationReason,
    foundAt: string | null = null,
  ): Promise<ApiKey | null> {
    const revokedAt = this.clock.now();
    const { affected } = await tx.update(ApiKeyEntity, { id: key.id, revokedAt: IsNull() }, { revokedAt });
    if (affected === 0) return null;
    // Here at once; the other processes hear of it.
    this.database.afterCommit(() => this.cache.forgetAll());
    const ended = { ...key, revokedAt };
    await this.audit.record(tx, actor, apiKeyRevoked, { key: ended, reason, foundAt });
    if (key.rotatedFromId !== null) await this.spare(tx, actor, key.rotatedFromId, key);
    return ended;
  }

  /** Not at the word of a key that is to end itself: none puts its own end off. */
  private async spare(tx: Tx, actor: Actor, id: string, successor: ApiKey): Promise<void> {
    const { organizationId, id: successorId } = successor;
    const old = await tx.findOneBy(ApiKeyEntity, { id, organizationId, successorId, revokedAt: IsNull() });
    if (old === null || (old.diesAt !== null && old.diesAt <= this.clock.now())) return;
    if (actor.kind === 'apiKey') {
      const revoker = await tx.findOneBy(ApiKeyEntity, { id: actor.id, organizationId });
      if (revoker === null || revoker.id === id || endOf(revoker) !== null) return;
    }
    await tx.update(ApiKeyEntity, { id }, { successorId: null, rotatedAt: null, overlapSeconds: null, diesAt: null });
    await this.audit.record(tx, actor, apiKeyRotationUndone, old);
  }
}

/** In the order in which their use is written, so that neither waits for the other in a circle. */
async function lockWithPredecessors(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query(
    `select 1 from api_keys
     where id = any($1::text[] || array(
       select rotated_from from api_keys where id = any($1::text[]) and rotated_from is not null
     ))
     order by id for no key update`,
    [ids],
  );
}
