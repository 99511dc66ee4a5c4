import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { Logger } from '../../platform/logging/logger.js';

/** Of a token in constant use one use a minute is written. */
const WRITTEN_EVERY_MS = 60_000;

/** Writes down when tokens were last used, off the request. */
@Injectable()
export class ScimTokenUsage implements BeforeApplicationShutdown {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  /** @param token as it was just read */
  note({ id, lastUsedAt }: { readonly id: string; readonly lastUsedAt: Date | null }, now: Date): void {
    const isWritten = lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < WRITTEN_EVERY_MS;
    if (isWritten || this.underWay.has(id)) return;
    this.underWay.set(
      id,
      this.write(id, now).finally(() => this.underWay.delete(id)),
    );
  }

  /** Never rejects: the next use is as good. Of several processes the first writes, and the others find it done. */
  private async write(id: string, now: Date): Promise<void> {
    try {
      await this.database.rows(
        `update scim_tokens set last_used_at = $2 where id = $1 and coalesce(last_used_at <= $3, true)`,
        [id, now, new Date(now.getTime() - WRITTEN_EVERY_MS)],
      );
    } catch (error) {
      this.logger.failure('the use of a SCIM token could not be written', { cause: String(error) });
    }
  }
}
