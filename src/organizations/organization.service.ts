import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { randomId } from '../platform/crypto/digest.js';
import { rowsBy, type BatchedReads } from '../platform/database/batched-reads.js';
import { Database } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { domainEvent } from '../platform/events/domain-events.js';
import { page, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import { slugOf } from '../platform/text/slug.js';
import type { Actor, Scope } from '../policy/actor.js';
import { plans, plansWith, type Feature } from '../policy/plans.js';
import type { ScopeLocator } from '../policy/requires.decorator.js';
import { DeletionStore } from './deletion/deletion-store.service.js';
import { MembershipChanges } from './members/membership-changes.service.js';
import { OrganizationEntity } from './organization.entity.js';
import { organizationCreated, organizationUpdated } from './organization.events.js';
import type { Organization } from './organization.types.js';

/** Told before an organization and all its rows go, in the same commit. Those may come back; what is not a row of it does not. */
export const organizationWillGo = domainEvent<{ readonly organizationId: string }>('organization.willGo');

@Injectable()
export class OrganizationService implements ScopeLocator {
  private readonly byId: BatchedReads<string, Organization | null>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly memberships: MembershipChanges,
    private readonly deletions: DeletionStore,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.byId = rowsBy(database, OrganizationEntity, 'id');
  }

  async exists(id: string): Promise<boolean> {
    return (await this.findById(id)) !== null;
  }

  findById(id: string): Promise<Organization | null> {
    return this.byId.load(id);
  }

  findBySlug(slug: string): Promise<Organization | null> {
    return this.database.reader.findOneBy(OrganizationEntity, { slug });
  }

  /** In the order of their names; an id that names nothing is left out. */
  listByIds(ids: readonly string[]): Promise<Organization[]> {
    return this.database.reader.find(OrganizationEntity, { where: { id: In([...ids]) }, order: { name: 'ASC' } });
  }

  async get(id: string): Promise<Organization> {
    const organization = await this.findById(id);
    if (!organization) throw new AppError('NOT_FOUND');
    return organization;
  }

  /** @param idOrSlug an id, or else a slug: one that is both names the organization whose id it is */
  async scopeOf(idOrSlug: string): Promise<Scope | null> {
    const organization = (await this.findById(idOrSlug)) ?? (await this.findBySlug(idOrSlug));
    return organization && { organizationId: organization.id, projectId: null };
  }

  /** A user's own organizations; a key's one; all of them for an instance administrator. */
  list(actor: Actor, request: PageRequest): Promise<Connection<Organization>> {
    const query = this.database.reader.createQueryBuilder(OrganizationEntity, 'organization');
    if (actor.kind === 'apiKey') query.where('organization.id = :own', { own: actor.organizationId });
    else if (!actor.isInstanceAdministrator) {
      query.where('organization.id in (select organization_id from memberships where user_id = :userId)', {
        userId: actor.id,
      });
    }
    return page(query, request, { column: 'organization.id', of: (row) => row.id }, (row): Organization => row);
  }

  /**
   * Creates an organization. A person who creates one becomes its owner.
   * @throws CONFLICT when the slug is taken; FORBIDDEN for a key, which belongs to one organization
   */
  async create(
    actor: Actor,
    input: { readonly name: string; readonly slug?: string | undefined; readonly id?: string },
  ): Promise<Organization> {
    if (actor.kind === 'apiKey') throw new AppError('FORBIDDEN', { detail: 'a key belongs to one organization' });
    const id = input.id ?? randomId();
    const organization: Organization = {
      id,
      name: input.name,
      slug: input.slug ?? slugOf(input.name, id),
      plan: this.config.defaultPlan,
      seats: null,
      createdAt: this.clock.now(),
    };
    if (await this.deletions.keepsSlug(actor, organization.slug)) throw slugTaken();
    return this.database.transaction(async (tx) => {
      const inserted = await tx
        .createQueryBuilder()
        .insert()
        .into(OrganizationEntity)
        .values(organization)
        .orIgnore()
        .returning('id')
        .execute();
      if ((inserted.raw as unknown[]).length === 0) throw slugTaken();
      await this.audit.record(tx, actor, organizationCreated, organization);
      if (actor.kind === 'user') {
        await this.memberships.add(tx, actor, {
          organizationId: id,
          userId: actor.id,
          role: 'OWNER',
          source: 'CREATOR',
        });
      }
      return organization;
    });
  }

  async rename(actor: Actor, id: string, name: string): Promise<Organization> {
    return this.database.transaction(async (tx) => {
      const before = await this.get(id);
      const after = { ...before, name };
      await tx.update(OrganizationEntity, { id }, { name });
      await this.audit.record(tx, actor, organizationUpdated, { before, after });
      return after;
    });
  }

  /**
   * Inside a transaction the plan stays as it is until that ends: nobody takes a feature away that is just being put to use.
   * @throws ENTITLEMENT_REQUIRED, naming the plans that have the feature
   */
  async refuseUnlessEntitled(organizationId: string, feature: Feature): Promise<void> {
    await this.database.rows('select from organizations where id = $1 for share', [organizationId]);
    const { plan } = await this.get(organizationId);
    if (plans[plan][feature]) return;
    const having = plansWith(feature);
    throw new AppError('ENTITLEMENT_REQUIRED', {
      message: `The plan ${plan} does not include this; these do: ${having.join(', ')}.`,
      facts: { plan, plans: having },
    });
  }
}

const slugTaken = (): AppError => new AppError('CONFLICT', { message: 'This slug is taken.' });
