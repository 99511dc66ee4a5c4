import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';

/** Wrong codes of an app, of one account, wherever they come from, in a day. */
const WRONG_CODES = 10;
const DAY_MS = 24 * 60 * 60_000;

/** Whether one more code may be tried, and whether it is the last that may be wrong. */
export type Allowance = { readonly waitSeconds: number } | { readonly isLast: boolean };

/**
 * Counts wrong six-digit codes by account alone: whoever guesses has the password already, and may have many networks. Three
 * codes of a million are right at a time, so ten a day give a guesser one chance in ninety within a year. It keeps nobody out
 * who has a recovery code or a passkey: those can't be guessed, and are not counted here.
 */
@Injectable()
export class CodeThrottle {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Counts one attempt before it is judged, so that none is free even of many at once: a right one is given back. */
  async count(userId: string): Promise<Allowance> {
    const now = this.clock.now();
    const [row] = await this.database.separateTransaction((tx) =>
      tx.query<{ count: number; since: Date }[]>(
        `insert into code_attempts as kept (user_id, count, since) values ($1, 1, $2)
         on conflict (user_id) do update set
           count = case when kept.since <= $3 then 1 else kept.count + 1 end,
           since = case when kept.since <= $3 then excluded.since else kept.since end
         returning count, since`,
        [userId, now, new Date(now.getTime() - DAY_MS)],
      ),
    );
    if (!row || row.count <= WRONG_CODES) return { isLast: row?.count === WRONG_CODES };
    return { waitSeconds: Math.ceil((row.since.getTime() + DAY_MS - now.getTime()) / 1000) };
  }

  /** The attempt that was counted was right. */
  async giveBack(userId: string): Promise<void> {
    await this.database.separateTransaction((tx) =>
      tx.query('update code_attempts set count = count - 1 where user_id = $1 and count > 0', [userId]),
    );
  }

  /** The app has another key: what was guessed of the old one is past. */
  async forget(tx: Tx, userId: string): Promise<void> {
    await tx.query('delete from code_attempts where user_id = $1', [userId]);
  }
}
