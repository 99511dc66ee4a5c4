import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { Logger } from '../../platform/logging/logger.js';
import { gatehouseItself } from '../../policy/actor.js';
import { DomainCheck } from './domain-check.service.js';
import type { VerifiedDomain } from './domain.types.js';

/** Looks that a round begins at the most, and how many at once. */
const ROUND = 1000;
const AT_ONCE = 20;

/** No look begins later than this in a round: a job may take a minute, and a DNS that is silent five seconds of it. */
const BEGIN_WITHIN_MS = 30_000;

/** Looks at proven domains by the clock: at each once a day, at one that fails every hour. */
@Injectable()
export class DomainMonitor implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly check: DomainCheck,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('*/5 * * * *', 'domains.check', () => this.checkDue());
  }

  /** Looks at the domains whose turn it is. One that can't be looked at keeps none of the others from it. */
  async checkDue(): Promise<void> {
    const due = await this.database.rows<VerifiedDomain>(
      `select id, organization_id as "organizationId", name from domains
       where status in ('VERIFIED', 'FAILING') and (next_check_at is null or next_check_at <= $1)
       order by next_check_at nulls first limit $2`,
      [this.clock.now(), ROUND],
    );
    const end = performance.now() + BEGIN_WITHIN_MS;
    for (let from = 0; from < due.length && performance.now() < end; from += AT_ONCE)
      await Promise.all(due.slice(from, from + AT_ONCE).map((domain) => this.checkOne(domain)));
  }

  private async checkOne({ organizationId, id, name }: VerifiedDomain): Promise<void> {
    try {
      await this.check.look(gatehouseItself('domains.check'), organizationId, id);
    } catch (error) {
      this.logger.failure('a domain could not be checked', { name, reason: String(error) });
    }
  }
}
