import { Injectable } from '@nestjs/common';
import { PreparedStatements } from '../../platform/database/prepared-statements.js';
import type { RateLimit } from './rate-limit.types.js';

/** More keys than this are not remembered: the oldest share is given up, and counts as used. */
const KEYS = 10_000;

/** A process asks for a tenth of what is left: large shares while there is plenty, single requests at the end. */
const SHARE = 10;

/** What this process may still let through in the current window of a key. */
interface Share {
  left: number;
  /** Nothing is left for any process. */
  readonly isLast: boolean;
  /** Milliseconds on the clock of `performance.now()`; not later than the window's end in the database. */
  readonly endsAt: number;
}

const hasEnded = 'kept.ends_at <= now()';
const left = 'greatest(0, $2::integer - kept.used)';
const shareOf = (rest: string): string => `least(${rest}, greatest(1, ${rest} / ${SHARE}))`;

const takeShare = {
  name: 'api-key-share',
  text: `
    insert into api_key_windows as kept (key_id, ends_at, used, granted)
    select id, now() + $3 * interval '1 second', ${shareOf('$2::integer')}, ${shareOf('$2::integer')}
    from api_keys where id = $1
    on conflict (key_id) do update set
      ends_at = case when ${hasEnded} then excluded.ends_at else kept.ends_at end,
      used = case when ${hasEnded} then excluded.used else kept.used + ${shareOf(left)} end,
      granted = case when ${hasEnded} then excluded.granted else ${shareOf(left)} end
    returning granted, (extract(epoch from ends_at - now()) * 1000)::float8 as "endsInMs"`,
} as const;

/**
 * Keeps keys to their limits, all processes together. The window of a key is a row, and a process takes shares of it: the
 * database is asked some dozen times in a window and not at each request. Never are more let through than the limit says;
 * fewer, where a process does not use the share that it took.
 */
@Injectable()
export class KeyRateLimiter {
  private readonly shares = new Map<string, Share>();
  private readonly asked = new Map<string, Promise<Share>>();

  constructor(private readonly statements: PreparedStatements) {}

  /**
   * Counts one use of a good key.
   * @returns the seconds to wait when it had as many as it may, else null
   */
  count(key: { readonly id: string; readonly rateLimit: RateLimit | null }): number | null | Promise<number | null> {
    return key.rateLimit && this.countWithin(key.id, key.rateLimit);
  }

  private async countWithin(id: string, rateLimit: RateLimit): Promise<number | null> {
    for (;;) {
      const share = this.current(id) ?? (await this.nextShare(id, rateLimit));
      if (share.left > 0) {
        share.left -= 1;
        return null;
      }
      if (share.isLast) return Math.max(1, Math.ceil((share.endsAt - performance.now()) / 1000));
    }
  }

  /** Null where there is none, it is over, or it is used up and there may be more. */
  private current(id: string): Share | null {
    const share = this.shares.get(id);
    return share && performance.now() < share.endsAt && (share.left > 0 || share.isLast) ? share : null;
  }

  /** Those who wait at the same moment wait for one share. */
  private nextShare(id: string, limit: RateLimit): Promise<Share> {
    const asked = this.asked.get(id) ?? this.askForShare(id, limit).finally(() => this.asked.delete(id));
    this.asked.set(id, asked);
    return asked;
  }

  private async askForShare(id: string, { requests, perSeconds }: RateLimit): Promise<Share> {
    const before = performance.now();
    const row = await this.statements.first<{ granted: number; endsInMs: number }>(takeShare, [
      id,
      requests,
      perSeconds,
    ]);
    // No row: the key was deleted meanwhile, and the next look-up will not find it.
    const { granted, endsInMs } = row ?? { granted: 0, endsInMs: 0 };
    const share = { left: granted, isLast: granted === 0, endsAt: before + endsInMs };
    const [oldest = id] = this.shares.size < KEYS ? [] : this.shares.keys();
    this.shares.delete(oldest);
    this.shares.set(id, share);
    return share;
  }
}
