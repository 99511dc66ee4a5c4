import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Logger } from '../../platform/logging/logger.js';
import { RecentUses } from '../uses/recent-uses.service.js';
import { UnwrittenUses, type KeyUses, type UsedFrom } from '../uses/unwritten-uses.js';
import type { StoredKey } from './key-lookup.service.js';

const WRITTEN_EVERY_MS = 3_000;

/** Of a key in constant use one use is written in fifteen to thirty seconds. */
const ROUNDS_IN_A_GENERATION = 5;
/** Or sooner, where there are so many keys. */
const KEYS_IN_A_GENERATION = 50_000;

/**
 * Remembers when keys were used and by whom, off the request, and writes it down for all of them at once every few seconds;
 * not again for what was written a moment ago.
 */
@Injectable()
export class KeyUsage implements OnModuleInit, BeforeApplicationShutdown {
  private readonly uses = new UnwrittenUses();
  private round = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly recentUses: RecentUses,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.nextRound(), WRITTEN_EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
  }

  /**
   * The very first use of a key that takes another's place is written before it is answered: from here the old one's
   * time is counted, in every process.
   * @returns what must be waited for, if anything
   */
  note(
    { id, isUnusedSuccessor }: Pick<StoredKey, 'id' | 'isUnusedSuccessor'>,
    from: UsedFrom,
  ): Promise<void> | undefined {
    if (!isUnusedSuccessor && this.uses.isWritten(id, from)) return undefined;
    this.uses.add(id, from, this.clock.now());
    return isUnusedSuccessor ? this.write() : undefined;
  }

  /** Never rejects: when it fails the next round writes what this one could not. */
  async write(): Promise<void> {
    const batch = this.uses.take();
    if (batch.size === 0) return;
    try {
      await this.store(batch);
      this.uses.wereWritten(batch);
    } catch (error) {
      this.uses.putBack(batch);
      this.logger.failure('the use of keys could not be written', { cause: String(error) });
    }
  }

  private nextRound(): void {
    void this.write();
    this.round += 1;
    if (this.round % ROUNDS_IN_A_GENERATION > 0 && this.uses.keysWritten < KEYS_IN_A_GENERATION) return;
    this.uses.nextGeneration();
  }

  /** The predecessors first: should this process end in between, the next use of the key counts them again. */
  private async store(batch: ReadonlyMap<string, KeyUses>): Promise<void> {
    const uses = [...batch.values()];
    await this.countDown([...batch.keys()], uses);
    await this.storeLast([...batch.keys()], uses);
    await this.recentUses.store(batch);
  }

  /** The earliest use counts, whichever process writes it first. A date that was given has no overlap, so it stays. */
  private async countDown(ids: readonly string[], uses: readonly KeyUses[]): Promise<void> {
    await this.database.reader.query(
      `with counted as (
         select old.id, used.at + old.overlap_seconds * interval '1 second' as dies_at
         from unnest($1::text[], $2::timestamptz[]) as used (id, at)
         join api_keys successor on successor.id = used.id
         join api_keys old on old.id = successor.rotated_from and old.successor_id = successor.id
         where old.dies_at is null or old.dies_at > used.at + old.overlap_seconds * interval '1 second'
         order by old.id for no key update of old
       )
       update api_keys key set dies_at = counted.dies_at from counted where key.id = counted.id`,
      [ids, uses.map(({ first }) => first)],
    );
  }

  /** Locked in one order, since two processes write the same keys; and a process that comes late does not turn time back. */
  private async storeLast(ids: readonly string[], uses: readonly KeyUses[]): Promise<void> {
    await this.database.reader.query(
      `with mine as (select id from api_keys where id = any($1::text[]) order by id for no key update)
       update api_keys key set last_used_at = greatest(key.last_used_at, used.at)
       from unnest($1::text[], $2::timestamptz[]) as used (id, at) join mine using (id)
       where key.id = used.id`,
      [ids, uses.map(({ last }) => last)],
    );
  }
}
