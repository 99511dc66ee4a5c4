import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Logger } from '../../platform/logging/logger.js';

const WRITTEN_EVERY_MS = 3_000;

/** Remembers when keys were used, off the request, and writes it down for all of them at once every few seconds. */
@Injectable()
export class KeyUsage implements OnModuleInit, BeforeApplicationShutdown {
  private used = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.write(), WRITTEN_EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
  }

  note(keyId: string): void {
    this.used.set(keyId, this.clock.now());
  }

  /** Never rejects: when it fails the next round writes what this one could not. */
  async write(): Promise<void> {
    if (this.used.size === 0) return;
    const batch = this.used;
    this.used = new Map();
    try {
      await this.store(batch);
    } catch (error) {
      this.used = new Map([...batch, ...this.used]);
      this.logger.failure('the use of keys could not be written', { cause: String(error) });
    }
  }

  /** Locked in one order, since two processes write the same keys; and a process that comes late does not turn time back. */
  private async store(batch: ReadonlyMap<string, Date>): Promise<void> {
    await this.database.reader.query(
      `with mine as (select id from api_keys where id = any($1::text[]) order by id for no key update)
       update api_keys key set last_used_at = greatest(key.last_used_at, used.at)
       from unnest($1::text[], $2::timestamptz[]) as used (id, at) join mine using (id)
       where key.id = used.id`,
      [[...batch.keys()], [...batch.values()]],
    );
  }
}
