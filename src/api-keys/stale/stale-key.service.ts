import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Scope } from '../../policy/actor.js';
import type { ProjectScope } from '../../projects/project.types.js';
import { ApiKeyEntity } from '../api-key.entity.js';
import { inUseAt } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';
import { isStale, reasonsOf, rotationDueAt, staleAt, type StaleKeyReason } from './staleness.js';

interface StaleKey {
  readonly apiKey: ApiKey;
  readonly reasons: readonly StaleKeyReason[];
  readonly rotationDueAt: Date | null;
}

interface Dates {
  readonly now: Date;
  readonly longAgo: Date;
  readonly dueSince: Date | null;
  readonly soon: Date;
}

/** The keys that somebody should look at: to rotate, to let go, or to find who uses them still. */
@Injectable()
export class StaleKeyService {
  private readonly ofOrganization: NestedList<Pick<Scope, 'organizationId'> & Dates, ApiKeyEntity>;
  private readonly ofProject: NestedList<ProjectScope & Dates, ApiKeyEntity>;

  constructor(
    database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    const keys = { rows: ApiKeyEntity, as: 'key', order: { column: 'key.id', of: (row: ApiKeyEntity) => row.id } };
    const dates = { now: 'timestamptz', longAgo: 'timestamptz', dueSince: 'timestamptz', soon: 'timestamptz' } as const;
    const stale = `key.organization_id = parent."organizationId" and ${inUseAt('parent.now')} and ${isStale}`;
    this.ofOrganization = new NestedList(database, {
      ...keys,
      parent: { organizationId: 'text', ...dates },
      where: `${stale} and key.project_id is null`,
    });
    this.ofProject = new NestedList(database, {
      ...keys,
      parent: { organizationId: 'text', projectId: 'text', ...dates },
      where: `${stale} and key.project_id = parent."projectId"`,
    });
  }

  /** Of one project, or the organization's own: those in use that have a reason. One statement, however many there are. */
  async list({ organizationId, projectId }: Scope, request: PageRequest): Promise<Connection<StaleKey>> {
    const now = this.clock.now();
    const days = this.config.apiKeyRotationDays;
    const stale = { organizationId, now, ...staleAt(now, days) };
    const keys =
      projectId === null
        ? await this.ofOrganization.page(stale, request)
        : await this.ofProject.page({ ...stale, projectId }, request);
    return mapNodes(keys, (apiKey) => ({
      apiKey,
      reasons: reasonsOf(apiKey, days, now),
      rotationDueAt: rotationDueAt(apiKey, days),
    }));
  }
}
