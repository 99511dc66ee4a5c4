import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { rowsBy, type BatchedReads } from '../platform/database/batched-reads.js';
import { Database } from '../platform/database/database.js';
import { rememberShownOnce } from '../platform/database/idempotency.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import { page, type Connection, type PageOrder, type PageRequest } from '../platform/graphql/connection.js';
import { NestedList } from '../platform/graphql/nested-list.js';
import type { Actor, Scope } from '../policy/actor.js';
import { refuseStaleProof } from '../policy/fresh-proof.js';
import type { Permission } from '../policy/permissions.js';
import type { ScopeLocator } from '../policy/requires.decorator.js';
import type { ProjectScope } from '../projects/project.types.js';
import { KeyBounds } from './bounds/key-bounds.service.js';
import { canonicalNetworks } from './allowed-networks.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyCreated } from './api-key.events.js';
import { ApiKeyGrantService, askedByApplication } from './api-key-grant.service.js';
import { isPublicKey, isSecretKey, issueKeyPair, type KeyPair } from './api-key-token.js';
import type { ApiKey, CreatedApiKey, NewApiKey } from './api-key.types.js';
import { newKey, rowOf } from './new-key.js';
import { ServiceAccountOwnership } from './service-accounts/service-account-ownership.service.js';

rememberShownOnce('secretKey');

const byId: PageOrder<ApiKeyEntity> = { column: 'key.id', of: (row) => row.id };
const unrestricted = { expiresAt: null, allowedCidrs: [], rateLimit: null };

/** SQL for a row `key` that has not ended at a time, which is SQL too. */
export const inUseAt = (now: string): string =>
  `key.revoked_at is null and coalesce(least(key.expires_at, key.dies_at) > ${now}, true)`;
const inUse = inUseAt(':now');

@Injectable()
export class ApiKeyService implements ScopeLocator {
  private readonly single: BatchedReads<string, ApiKey | null>;
  private readonly ofOrganization: NestedList<{ readonly organizationId: string }, ApiKeyEntity>;
  private readonly ofProject: NestedList<ProjectScope, ApiKeyEntity>;
  private readonly ofServiceAccount: NestedList<Scope & { readonly id: string }, ApiKeyEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly grants: ApiKeyGrantService,
    private readonly accounts: ServiceAccountOwnership,
    private readonly bounds: KeyBounds,
    private readonly clock: Clock,
  ) {
    this.single = rowsBy(database, ApiKeyEntity, 'id');
    const keys = { rows: ApiKeyEntity, as: 'key', order: byId };
    this.ofOrganization = new NestedList(database, {
      ...keys,
      parent: { organizationId: 'text' },
      where: 'key.organization_id = parent."organizationId" and key.project_id is null',
    });
    this.ofProject = new NestedList(database, {
      ...keys,
      parent: { organizationId: 'text', projectId: 'text' },
      where: 'key.organization_id = parent."organizationId" and key.project_id = parent."projectId"',
    });
    this.ofServiceAccount = new NestedList(database, {
      ...keys,
      parent: { id: 'text', organizationId: 'text', projectId: 'text' },
      where: `key.organization_id = parent."organizationId" and key.service_account_id = parent.id
        and key.project_id is not distinct from parent."projectId"`,
    });
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const key = await this.findById(id);
    return key && { organizationId: key.organizationId, projectId: key.projectId };
  }

  findById(id: string): Promise<ApiKey | null> {
    return this.single.load(id);
  }

  /** The keys of one project, or the organization's own; revoked and expired ones are among them. */
  list({ organizationId, projectId }: Scope, request: PageRequest): Promise<Connection<ApiKey>> {
    return projectId === null
      ? this.ofOrganization.page({ organizationId }, request)
      : this.ofProject.page({ organizationId, projectId }, request);
  }

  /** As `list`, those that a service account owns. */
  listOfServiceAccount(account: Scope & { readonly id: string }, request: PageRequest): Promise<Connection<ApiKey>> {
    const { id, organizationId, projectId } = account;
    return this.ofServiceAccount.page({ id, organizationId, projectId }, request);
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
      .andWhere(':permission = any(coalesce(key.effective_permissions, key.permissions))', { permission })
      .andWhere(inUse, { now: this.clock.now() });
    return page(query, request, byId, (row): ApiKey => row);
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

  /** Some keys of an organization, page by page. */
  listByIds(organizationId: string, ids: readonly string[], request: PageRequest): Promise<Connection<ApiKey>> {
    const query = this.database.reader
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.organization_id = :organizationId and key.id = any(:ids)', { organizationId, ids });
    return page(query, request, { column: 'key.id', of: (row) => row.id }, (row): ApiKey => row);
  }

  /**
   * Creates a key of a project or of the organization. Its secret is in the result, once.
   * @throws CANNOT_GRANT for a permission that the actor or the service account does not hold, or a key that outlives the
   *   key that makes it, or may be used where that may not or more often; VALIDATION_FAILED for an unknown permission, an
   *   `expiresAt` that has passed or what is no network; NOT_FOUND for a service account from elsewhere; STEP_UP_REQUIRED for a key of the
   *   organization
   */
  async create(actor: Actor, scope: Scope, input: NewApiKey): Promise<CreatedApiKey> {
    if (scope.projectId === null) refuseStaleProof(actor, this.clock.now());
    const asked = input.expiresAt ?? null;
    if (asked !== null && asked <= this.clock.now()) throw invalid('expiresAt', 'expiresAt must lie in the future.');
    const networks = canonicalNetworks(input.allowedCidrs ?? []);
    const pair = issueKeyPair();
    return this.database.transaction(async (tx) => {
      const limit = await this.grants.limitFor(tx, actor, scope.organizationId);
      if (limit !== null && asked !== null && asked > limit) {
        throw new AppError('CANNOT_GRANT', { message: 'A key cannot make one that outlives it.' });
      }
      const expiresAt = asked ?? limit;
      const account = await this.accounts.ownerOf(tx, scope, input.serviceAccountId ?? null);
      const permissions = await this.grants.permissionsFor(actor, scope, input.permissions ?? null, account);
      const allowedCidrs = await this.grants.networksFor(tx, actor, networks);
      const rateLimit = await this.grants.rateLimitFor(tx, actor, input.rateLimit ?? null);
      const bounds = { permissions, expiresAt, allowedCidrs, rateLimit };
      const facts = { name: input.name, note: input.note ?? null, ...bounds, serviceAccountId: account?.id ?? null };
      const apiKey = newKey(actor, scope, pair, facts, this.clock.now());
      await tx.insert(ApiKeyEntity, rowOf(apiKey, pair));
      await this.bounds.refreshOne(tx, scope.organizationId, apiKey.id);
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
    const facts = { name, note: null, permissions: askedByApplication(), ...unrestricted };
    const apiKey = newKey(actor, scope, pair, facts, this.clock.now());
    await this.database.transaction(async (tx) => {
      const insert = tx.createQueryBuilder().insert().into(ApiKeyEntity).values(rowOf(apiKey, pair));
      const inserted = await insert.orIgnore().returning('id').execute();
      if ((inserted.raw as unknown[]).length > 0) await this.audit.record(tx, actor, apiKeyCreated, apiKey);
    });
  }
}
