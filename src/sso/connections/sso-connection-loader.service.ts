import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain } from '../../organizations/domains/domain.types.js';
import { foundBy, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { ConnectionDomains } from '../domains/connection-domain.service.js';
import { MembershipRuleService } from '../membership/membership-rule.service.js';
import type { MembershipRule } from '../membership/membership-rule.types.js';
import { SsoCandidateService } from './sso-candidate.service.js';
import type { SsoCandidate } from './sso-connection.types.js';
import { SsoTestService } from '../testing/sso-test.service.js';
import type { SsoTestRun } from '../testing/sso-test.types.js';

/** Reads what belongs to the connections of a whole list in one statement each. Nothing is kept. */
@Injectable()
export class SsoConnectionLoader {
  private readonly candidates: BatchedReads<string, SsoCandidate | null>;
  private readonly tests: BatchedReads<string, SsoTestRun | null>;
  private readonly domainsOfEach: BatchedReads<string, readonly Domain[] | null>;
  private readonly domains: BatchedReads<string, Domain | null>;
  private readonly memberships: BatchedReads<string, MembershipRule | null>;

  constructor(
    database: Database,
    candidates: SsoCandidateService,
    tests: SsoTestService,
    memberships: MembershipRuleService,
    private readonly connectionDomains: ConnectionDomains,
    private readonly allDomains: DomainService,
  ) {
    this.candidates = foundBy(database, (ids) => candidates.listOf(ids));
    this.tests = foundBy(database, (ids) => tests.latestOf(ids));
    this.memberships = foundBy(database, (ids) => memberships.listOf(ids));
    this.domainsOfEach = foundBy(database, (ids) => this.readDomains(ids));
    this.domains = foundBy(
      database,
      async (ids) => new Map((await allDomains.listByIds(ids)).map((domain) => [domain.id, domain])),
    );
  }

  candidateOf(connectionId: string): Promise<SsoCandidate | null> {
    return this.candidates.load(connectionId);
  }

  lastTestOf(connectionId: string): Promise<SsoTestRun | null> {
    return this.tests.load(connectionId);
  }

  /** Null where nobody has set anything. */
  membershipOf(connectionId: string): Promise<MembershipRule | null> {
    return this.memberships.load(connectionId);
  }

  /** By name. */
  async domainsOf(connectionId: string): Promise<readonly Domain[]> {
    return (await this.domainsOfEach.load(connectionId)) ?? [];
  }

  /** @throws NOT_FOUND */
  async domain(id: string): Promise<Domain> {
    const domain = await this.domains.load(id);
    if (!domain) throw new AppError('NOT_FOUND');
    return domain;
  }

  private async readDomains(connectionIds: readonly string[]): Promise<ReadonlyMap<string, readonly Domain[]>> {
    const ids = await this.connectionDomains.idsOf(connectionIds);
    const all = await this.allDomains.listByIds([...new Set([...ids.values()].flat())]);
    return new Map([...ids].map(([id, ofIt]) => [id, all.filter((domain) => ofIt.includes(domain.id))]));
  }
}
