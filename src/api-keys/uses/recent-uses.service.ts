import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { canonicalAddress } from '../../platform/http/network.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import type { ApiKey } from '../api-key.types.js';
import { RecentUseEntity } from './recent-use.entity.js';
import type { RecentUse } from './recent-use.types.js';
import { MOST_CALLERS, type KeyUses } from './unwritten-uses.js';

/** Addresses are kept no longer than they are of use to whoever looks after a key. */
const KEPT_DAYS = 90;
const SWEPT_AT_ONCE = 1_000;

/** From where keys have been used lately: the latest callers of each, for ninety days. */
@Injectable()
export class RecentUses implements OnModuleInit {
  private readonly ofKey: BatchedReads<string, readonly RecentUseEntity[]>;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {
    this.ofKey = new BatchedReads(database, async (reader, ids) => {
      const found = new Map(ids.map((id) => [id, [] as RecentUseEntity[]]));
      const query = reader.createQueryBuilder(RecentUseEntity, 'use').where('use.api_key_id = any(:ids)', { ids });
      query.orderBy({ 'use.last_used_at': 'DESC', 'use.address': 'ASC', 'use.user_agent': 'ASC' });
      const uses = await query.getMany();
      for (const use of uses) found.get(use.apiKeyId)?.push(use);
      return ids.map((id) => found.get(id) ?? []);
    });
  }

  onModuleInit(): void {
    this.jobs.every('29 * * * *', 'apiKeyUses.sweep', () => this.sweep());
  }

  /** The latest first; at most twenty. */
  async listOf({ id, rotatedAt }: ApiKey): Promise<RecentUse[]> {
    const uses = await this.ofKey.load(id);
    return uses.slice(0, MOST_CALLERS).map(({ address, userAgent, firstUsedAt, lastUsedAt }) => ({
      address: address || null,
      userAgent: userAgent || null,
      firstUsedAt,
      lastUsedAt,
      usedSinceRotation: rotatedAt && lastUsedAt > rotatedAt,
    }));
  }

  /** Other processes write of the same callers: the earliest and the latest use count. What is told of keys that are gone is lost. */
  async store(keys: ReadonlyMap<string, KeyUses>): Promise<void> {
    const uses = [...keys].flatMap(([id, { callers }]) => callers.map((caller) => ({ id, ...caller })));
    const stored = await this.database.reader.query<{ id: string; isNew: boolean }[]>(
      `with mine as (select id from api_keys where id = any($1::text[]) order by id for key share)
       insert into api_key_uses as known (api_key_id, address, user_agent, first_used_at, last_used_at)
       select id, used.address, used.agent, min(used.first), max(used.last)
       from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
         as used (id, address, agent, first, last)
       join mine using (id)
       group by 1, 2, 3 order by 1, 2, 3
       on conflict (api_key_id, address, user_agent) do update
         set first_used_at = least(known.first_used_at, excluded.first_used_at),
             last_used_at = greatest(known.last_used_at, excluded.last_used_at)
       returning api_key_id as id, xmax = 0 as "isNew"`,
      [
        uses.map(({ id }) => id),
        uses.map(({ address }) => canonicalAddress(address) ?? ''),
        uses.map(({ userAgent }) => userAgent),
        uses.map(({ first }) => first),
        uses.map(({ last }) => last),
      ],
    );
    const grown = new Set(stored.filter(({ isNew }) => isNew).map(({ id }) => id));
    if (grown.size > 0) await this.letGoOfOlder([...grown]);
  }

  /** All that is too old, a piece at a time, so that no statement takes long. */
  async sweep(): Promise<void> {
    let removed: unknown[];
    do {
      removed = await this.database.rows(
        `with old as (delete from api_key_uses where (api_key_id, address, user_agent) in
           (select api_key_id, address, user_agent from api_key_uses where last_used_at < $1
            limit ${SWEPT_AT_ONCE} for update skip locked) returning 1)
         select from old`,
        [this.clock.inMinutes(-KEPT_DAYS * 24 * 60)],
      );
    } while (removed.length === SWEPT_AT_ONCE);
  }

  /** What another process is writing is left to that one. */
  private async letGoOfOlder(ids: readonly string[]): Promise<void> {
    await this.database.reader.query(
      `delete from api_key_uses where (api_key_id, address, user_agent) in (
         select older.api_key_id, older.address, older.user_agent
         from unnest($1::text[]) as key (id) cross join lateral (
           select api_key_id, address, user_agent from api_key_uses where api_key_id = key.id
           order by last_used_at desc, address, user_agent offset ${MOST_CALLERS} for update skip locked) as older)`,
      [ids],
    );
  }
}
