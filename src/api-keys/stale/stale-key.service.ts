import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { mapNodes, page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Scope } from '../../policy/actor.js';
import { ApiKeyEntity } from '../api-key.entity.js';
import { inUse } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';
import { isStale, reasonsOf, rotationDueAt, staleAt, type StaleKeyReason } from './staleness.js';

interface StaleKey {
  readonly apiKey: ApiKey;
  readonly reasons: readonly StaleKeyReason[];
  readonly rotationDueAt: Date | null;
}

/** The keys that somebody should look at: to rotate, to let go, or to find who uses them still. */
@Injectable()
export class StaleKeyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Of one project, or the organization's own: those in use that have a reason. One statement, however many there are. */
  async list({ organizationId, projectId }: Scope, request: PageRequest): Promise<Connection<StaleKey>> {
    const now = this.clock.now();
    const days = this.config.apiKeyRotationDays;
    const query = this.database.reader
      .createQueryBuilder(ApiKeyEntity, 'key')
      .where('key.organization_id = :organizationId', { organizationId })
      .andWhere(projectId === null ? 'key.project_id is null' : 'key.project_id = :projectId', { projectId })
      .andWhere(inUse, { now })
      .andWhere(isStale, staleAt(now, days));
    const keys = await page(query, request, { column: 'key.id', of: (row) => row.id }, (row): ApiKey => row);
    return mapNodes(keys, (apiKey) => ({
      apiKey,
      reasons: reasonsOf(apiKey, days, now),
      rotationDueAt: rotationDueAt(apiKey, days),
    }));
  }
}
