import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Connection, PageOrder, PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { isPermission, type Permission } from '../../policy/permissions.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import type { ProjectScope } from '../../projects/project.types.js';
import { ApiKeyEndingService } from '../api-key-ending.service.js';
import { ApiKeyGrantService } from '../api-key-grant.service.js';
import { ServiceAccountEntity } from './service-account.entity.js';
import { serviceAccountCreated, serviceAccountDeleted, serviceAccountUpdated } from './service-account.events.js';
import type { NewServiceAccount, ServiceAccount, ServiceAccountChange } from './service-account.types.js';

/** Told in the commit that changes what a service account may do, and with it what each of its keys may do. */
export const serviceAccountChanged = domainEvent<{
  readonly organizationId: string;
  readonly serviceAccountId: string;
  readonly permissions: readonly Permission[];
}>('serviceAccount.changed');

const byId: PageOrder<ServiceAccountEntity> = { column: 'account.id', of: (row) => row.id };

/** Named owners of keys: what runs for years is not to depend on who set it up. */
@Injectable()
export class ServiceAccountService implements ScopeLocator {
  private readonly ofOrganization: NestedList<Pick<Scope, 'organizationId'>, ServiceAccountEntity>;
  private readonly ofProject: NestedList<ProjectScope, ServiceAccountEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly grants: ApiKeyGrantService,
    private readonly ending: ApiKeyEndingService,
    private readonly clock: Clock,
  ) {
    const accounts = { rows: ServiceAccountEntity, as: 'account', order: byId };
    this.ofOrganization = new NestedList(database, {
      ...accounts,
      parent: { organizationId: 'text' },
      where: 'account.organization_id = parent."organizationId" and account.project_id is null',
    });
    this.ofProject = new NestedList(database, {
      ...accounts,
      parent: { organizationId: 'text', projectId: 'text' },
      where: 'account.organization_id = parent."organizationId" and account.project_id = parent."projectId"',
    });
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const account = await this.database.reader.findOneBy(ServiceAccountEntity, { id });
    return account && { organizationId: account.organizationId, projectId: account.projectId };
  }

  /** Those of one project, or the organization's own. */
  list({ organizationId, projectId }: Scope, request: PageRequest): Promise<Connection<ServiceAccount>> {
    return projectId === null
      ? this.ofOrganization.page({ organizationId }, request)
      : this.ofProject.page({ organizationId, projectId }, request);
  }

  /**
   * @throws CANNOT_GRANT for a permission that the actor does not hold; VALIDATION_FAILED for an unknown permission, or one
   *   of the organization in a project; STEP_UP_REQUIRED for one of the organization
   */
  async create(actor: Actor, scope: Scope, input: NewServiceAccount): Promise<ServiceAccount> {
    if (scope.projectId === null) refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      const account: ServiceAccount = {
        id: randomId(),
        ...scope,
        name: input.name,
        description: describing(input.description),
        permissions: await this.mayGive(tx, actor, scope, input.permissions),
        createdBy: actor.id,
        createdAt: this.clock.now(),
      };
      await tx.insert(ServiceAccountEntity, { ...account, permissions: [...account.permissions] });
      await this.audit.record(tx, actor, serviceAccountCreated, account);
      return account;
    });
  }

  /**
   * What is taken from it no key of it has from the next request on. Whoever manages it may take away what they do not
   * hold, and leave it with what they do not hold.
   * @throws as `create`, of what it is to have beyond what it has; CANNOT_GRANT for a key that ends or is kept to networks,
   *   and would give it more; VALIDATION_FAILED when nothing is to change; NOT_FOUND
   */
  async update(actor: Actor, scope: Scope, id: string, change: ServiceAccountChange): Promise<ServiceAccount> {
    const asked = change.permissions ?? null;
    if ([change.name, change.description, asked].every((value) => (value ?? null) === null)) {
      throw invalid('name', 'Give a new name, a new description, permissions, or several of them.');
    }
    return this.database.transaction(async (tx) => {
      const before = await this.take(tx, scope, id);
      const after: ServiceAccount = {
        ...before,
        name: change.name ?? before.name,
        description: (change.description ?? null) === null ? before.description : describing(change.description),
        permissions: asked === null ? before.permissions : await this.changed(tx, actor, before, asked),
      };
      const { name, description, permissions } = after;
      await tx.update(ServiceAccountEntity, { id }, { name, description, permissions: [...permissions] });
      await this.audit.record(tx, actor, serviceAccountUpdated, { before, after });
      if (asked !== null) {
        const { organizationId } = scope;
        await this.events.publish(tx, serviceAccountChanged, { organizationId, serviceAccountId: id, permissions });
      }
      return after;
    });
  }

  /** Deletes it and ends its keys, with those that they have made. @throws NOT_FOUND */
  async delete(actor: Actor, scope: Scope, id: string): Promise<ServiceAccount> {
    return this.database.transaction(async (tx) => {
      const account = await this.take(tx, scope, id);
      await this.ending.endAllOf(tx, actor, scope.organizationId, id);
      await tx.delete(ServiceAccountEntity, { id });
      await this.audit.record(tx, actor, serviceAccountDeleted, account);
      return account;
    });
  }

  /** Nobody makes a key in the organization meanwhile, see `ServiceAccountOwnership.ownerOf`. */
  private async take(tx: Tx, { organizationId }: Scope, id: string): Promise<ServiceAccount> {
    await this.members.takeTurns(tx, organizationId);
    const account = await tx.findOneBy(ServiceAccountEntity, { id, organizationId });
    if (!account) throw new AppError('NOT_FOUND');
    return account;
  }

  private async changed(
    tx: Tx,
    actor: Actor,
    { organizationId, projectId, permissions: had }: ServiceAccount,
    asked: readonly string[],
  ): Promise<Permission[]> {
    const kept = had.filter((permission) => asked.includes(permission) && isPermission(permission));
    const more = asked.filter((name) => !kept.some((permission) => permission === name));
    if (more.length === 0) return kept;
    if (projectId === null) refuseStaleProof(actor, this.clock.now());
    await this.grants.refuseToOutlast(tx, actor);
    return [...kept, ...(await this.mayGive(tx, actor, { organizationId, projectId }, more))];
  }

  /** Whoever gives it something must still stand when it is stored. */
  private async mayGive(tx: Tx, actor: Actor, scope: Scope, asked: readonly string[]): Promise<Permission[]> {
    await this.grants.limitFor(tx, actor, scope.organizationId);
    return this.grants.permissionsFor(actor, scope, asked);
  }
}

/** The empty text is none. */
const describing = (text: string | null | undefined): string | null =>
  text === undefined || text === '' ? null : text;
