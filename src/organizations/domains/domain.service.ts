import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, Or } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId, randomToken } from '../../platform/crypto/digest.js';
import { rowsOf, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { parseDomainName } from '../../platform/dns/domain-name.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { DomainEntity, toDomain, type DomainRow } from './domain.entity.js';
import { domainAdded, domainRemoved } from './domain.events.js';
import { owned } from './domain-lifecycle.js';
import type { Domain, VerifiedDomain } from './domain.types.js';

/** The statuses in which a domain is one organization's and no other's. */
export { owned as ownedStatuses } from './domain-lifecycle.js';

/** Told before a domain goes, in the same commit. Whoever still needs the domain throws PRECONDITION_FAILED. */
export const domainWillGo = domainEvent<{
  readonly organizationId: string;
  readonly domainId: string;
  readonly name: string;
}>('domain.willGo');

@Injectable()
export class DomainService implements ScopeLocator {
  private readonly ofOrganization: BatchedReads<string, readonly DomainRow[]>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {
    this.ofOrganization = rowsOf(database, DomainEntity, 'organizationId');
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(DomainEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** @throws NOT_FOUND */
  async get(id: string): Promise<Domain> {
    const row = await this.database.reader.findOneBy(DomainEntity, { id });
    if (!row) throw new AppError('NOT_FOUND');
    return toDomain(row);
  }

  /** An organization's claimed and proven domains, by name. */
  async list(organizationId: string): Promise<Domain[]> {
    const rows = await this.ofOrganization.load(organizationId);
    return rows.map(toDomain).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async listVerified(organizationId: string): Promise<Domain[]> {
    return (await this.list(organizationId)).filter(({ status }) => owned.includes(status));
  }

  /**
   * Whose domain this is. A subdomain belongs to nobody by its parent's proof, nor the reverse.
   * @param name canonical, as `parseDomainName` or `parseEmailAddress` gives it
   */
  async findVerified(name: string): Promise<VerifiedDomain | null> {
    // By hand, since every sign-in asks it: what an ORM adds to a statement is as much as the statement.
    const [domain] = await this.database.rows<VerifiedDomain>(
      'select id, organization_id as "organizationId", name from domains where name = $1 and status = any($2)',
      [name, owned],
    );
    return domain ?? null;
  }

  /** The domains of these ids, proven or not, by name. */
  async listByIds(ids: readonly string[]): Promise<Domain[]> {
    const rows = await this.database.reader.find(DomainEntity, { where: { id: In([...ids]) }, order: { name: 'ASC' } });
    return rows.map(toDomain);
  }

  /** Those of the domains of these ids that are proven, in no order. */
  async listVerifiedByIds(ids: readonly string[]): Promise<VerifiedDomain[]> {
    const rows = await this.database.reader.findBy(DomainEntity, { id: In([...ids]), status: In([...owned]) });
    return rows.map(({ id, organizationId, name }) => ({ id, organizationId, name }));
  }

  /** The organization that answers for this (canonical) address, having proven its domain; null for none. */
  async organizationOf(email: string): Promise<string | null> {
    const owner = await this.findVerified(email.slice(email.lastIndexOf('@') + 1));
    return owner?.organizationId ?? null;
  }

  /**
   * Claims a domain. That gives nothing but the record to publish, so others may claim it meanwhile.
   * @param typed as a person types it: case, spaces around and a trailing dot do not matter
   * @throws VALIDATION_FAILED for a name that nobody can own alone; CONFLICT when the organization has it already;
   *   DOMAIN_TAKEN when another has proven it by DNS, and its record is not known to be gone
   */
  async add(actor: Actor, organizationId: string, typed: string): Promise<Domain> {
    const parsed = parseDomainName(typed);
    if (!parsed.ok) throw invalid('name', parsed.message);
    return this.database.transaction(async (tx) => {
      const taken = {
        name: parsed.name,
        status: 'VERIFIED',
        organizationId: Not(organizationId),
        provenBy: Or(IsNull(), Not('FILE')),
      } as const;
      if (await tx.existsBy(DomainEntity, taken)) throw new AppError('DOMAIN_TAKEN');
      const domain = toDomain(await this.insert(tx, organizationId, parsed.name));
      await this.audit.record(tx, actor, domainAdded, domain);
      return domain;
    });
  }

  /** @throws PRECONDITION_FAILED while something else needs the domain, such as a connection for single sign-on */
  async remove(actor: Actor, organizationId: string, id: string): Promise<Domain> {
    return this.database.transaction(async (tx) => {
      const domain = toDomain(await new TenantRepository(tx, DomainEntity, organizationId).get({ id }));
      await this.events.publish(tx, domainWillGo, { organizationId, domainId: id, name: domain.name });
      const { affected } = await tx.delete(DomainEntity, { id, organizationId });
      if (affected !== 1) throw new AppError('NOT_FOUND', { detail: 'removed by another call meanwhile' });
      await this.audit.record(tx, actor, domainRemoved, domain);
      return domain;
    });
  }

  private async insert(tx: Tx, organizationId: string, name: string): Promise<DomainRow> {
    const row: DomainRow = {
      id: randomId(),
      organizationId,
      name,
      token: randomToken(),
      status: 'PENDING',
      verifiedAt: null,
      failingSince: null,
      nextCheckAt: null,
      lastCheckedAt: null,
      provenBy: null,
      diagnosis: null,
      createdAt: this.clock.now(),
    };
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(DomainEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) {
      throw new AppError('CONFLICT', { message: `This organization has ${name} already.` });
    }
    return row;
  }
}
