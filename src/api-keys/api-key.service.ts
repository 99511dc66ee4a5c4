import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { memberRemoved } from '../organizations/members/member.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Database, type Tx } from '../platform/database/database.js';
import { rememberShownOnce } from '../platform/database/idempotency.js';
import { TenantRepository } from '../platform/database/tenant-repository.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import { DomainEvents } from '../platform/events/domain-events.js';
import { page, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import type { Actor, Scope } from '../policy/actor.js';
import { refuseStaleProof } from '../policy/fresh-proof.js';
import type { Permission } from '../policy/permissions.js';
import type { ScopeLocator } from '../policy/requires.decorator.js';
import type { ProjectScope } from '../projects/project.types.js';
import { canonicalNetworks } from './allowed-networks.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyCreated, apiKeyRevoked, apiKeyRotationUndone, type RevocationReason } from './api-key.events.js';
import { ApiKeyGrantService, askedByApplication } from './api-key-grant.service.js';
import { isPublicKey, isSecretKey, issueKeyPair, type KeyPair } from './api-key-token.js';
import { endOf, type ApiKey, type CreatedApiKey, type NewApiKey } from './api-key.types.js';
import { newKey, rowOf } from './new-key.js';

rememberShownOnce('secretKey');

const inUse = 'key.revoked_at is null and coalesce(least(key.expires_at, key.dies_at) > :now, true)';

@Injectable()
export class ApiKeyService implements ScopeLocator, OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly grants: ApiKeyGrantService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on(memberRemoved, (tx, { actor, organizationId, userId }) =>
      this.revokeAllFrom(tx, actor, organizationId, userId),
    );
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const key = await this.findById(id);
    return key && { organizationId: key.organizationId, projectId: key.projectId };
  }

  findById(id: string): Promise<ApiKey | null> {
    return this.database.reader.findOneBy(ApiKeyEntity, { id });
  }

  /** The keys of one project, or the organization's own; revoked and expired ones are among them. */
  list({ organizationId, projectId }: Scope, request: PageRequest): Promise<Connection<ApiKey>> {
    const query = this.database.reader
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.organization_id = :organizationId', { organizationId });
    if (projectId === null) query.andWhere('key.project_id is null');
    else query.andWhere('key.project_id = :projectId', { projectId });
    return page(query, request, { column: 'key.id', of: (row) => row.id }, (row): ApiKey => row);
  }

  /**
   * The keys in use that may do something in a scope.
   * @param reach whether those of the organization are among them, which reach each of its projects
   */
  async listHolding(
    { organizationId, projectId }: Scope,
    permission: Permission,
    reach: 'ownOfProject' | 'all',
    request: PageRequest,
  ): Promise<Connection<ApiKey>> {
    const query = this.database.reader
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.organization_id = :organizationId', { organizationId })
      .andWhere('(key.project_id = :projectId or (:all and key.project_id is null))', {
        projectId,
        all: reach === 'all',
      })
      .andWhere(':permission = any(key.permissions)', { permission })
      .andWhere(inUse, { now: this.clock.now() });
    return page(query, request, { column: 'key.id', of: (row) => row.id }, (row): ApiKey => row);
  }

  /** The keys in use that these people have created in an organization, by name. */
  async listActiveOf(organizationId: string, userIds: readonly string[]): Promise<ApiKey[]> {
    return this.database.reader
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.organization_id = :organizationId', { organizationId })
      .andWhere('key.created_by = any(:userIds)', { userIds })
      .andWhere(inUse, { now: this.clock.now() })
      .orderBy('key.name')
      .addOrderBy('key.id')
      .getMany();
  }

  /**
   * Creates a key of a project or of the organization. Its secret is in the result, once.
   * @throws CANNOT_GRANT for a permission that the actor does not hold, or a key that outlives the key that makes it or
   *   may be used where that may not; VALIDATION_FAILED for an unknown permission, an `expiresAt` that has passed or what
   *   is no network; STEP_UP_REQUIRED for a key of the
   *   organization
   */
  async create(actor: Actor, scope: Scope, input: NewApiKey): Promise<CreatedApiKey> {
    if (scope.projectId === null) refuseStaleProof(actor, this.clock.now());
    const asked = input.expiresAt ?? null;
    if (asked !== null && asked <= this.clock.now()) throw invalid('expiresAt', 'expiresAt must lie in the future.');
    const permissions = await this.grants.permissionsFor(actor, scope, input.permissions ?? null);
    const networks = canonicalNetworks(input.allowedCidrs ?? []);
    const pair = issueKeyPair();
    return this.database.transaction(async (tx) => {
      const limit = await this.grants.limitFor(tx, actor, scope.organizationId);
      if (limit !== null && asked !== null && asked > limit) {
        throw new AppError('CANNOT_GRANT', { message: 'A key cannot make one that outlives it.' });
      }
      const expiresAt = asked ?? limit;
      const allowedCidrs = await this.grants.networksFor(tx, actor, networks);
      const facts = { name: input.name, note: input.note ?? null, permissions, expiresAt, allowedCidrs };
      const apiKey = newKey(actor, scope, pair, facts, this.clock.now());
      await tx.insert(ApiKeyEntity, rowOf(apiKey, pair));
      await this.audit.record(tx, actor, apiKeyCreated, apiKey);
      return { apiKey, publicKey: pair.publicKey, secretKey: pair.secretKey.reveal() };
    });
  }

  /**
   * Takes over a pair that was made elsewhere (`INIT_PROJECT_PUBLIC_KEY` and its secret), for what the application asks.
   * Where either half is stored already nothing changes.
   * @throws VALIDATION_FAILED for halves that no request could show
   */
  async adopt(actor: Actor, scope: ProjectScope, name: string, pair: KeyPair): Promise<void> {
    if (!isPublicKey(pair.publicKey)) throw invalid('publicKey', 'This cannot be a public key.');
    if (!isSecretKey(pair.secretKey.reveal())) throw invalid('secretKey', 'This cannot be a secret key.');
    const facts = { name, note: null, permissions: askedByApplication(), expiresAt: null, allowedCidrs: [] };
    const apiKey = newKey(actor, scope, pair, facts, this.clock.now());
    await this.database.transaction(async (tx) => {
      const insert = tx.createQueryBuilder().insert().into(ApiKeyEntity).values(rowOf(apiKey, pair));
      const inserted = await insert.orIgnore().returning('id').execute();
      if ((inserted.raw as unknown[]).length > 0) await this.audit.record(tx, actor, apiKeyCreated, apiKey);
    });
  }

  /**
   * Ends a key at once and for good. One that has ended stays as it is. A predecessor that has not died yet lives on:
   * whoever throws the new pair away still has the old one.
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

  /** Whoever leaves an organization leaves no key behind: neither one of theirs, nor one that such a key has made. */
  private async revokeAllFrom(tx: Tx, actor: Actor, organizationId: string, userId: string): Promise<void> {
    const theirs = await tx.query<{ id: string }[]>(
      `with recursive theirs as (
         select id from api_keys where organization_id = $1 and created_by = $2
         union
         select made.id from api_keys made join theirs on made.created_by = theirs.id where made.organization_id = $1
       )
       select id from theirs`,
      [organizationId, userId],
    );
    const ids = theirs.map(({ id }) => id);
    await lockWithPredecessors(tx, ids);
    const live = { organizationId, id: In(ids), revokedAt: IsNull() };
    const keys = await tx.find(ApiKeyEntity, { where: live, order: { id: 'ASC' } });
    for (const key of keys) await this.end(tx, actor, key, 'creatorRemoved');
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
