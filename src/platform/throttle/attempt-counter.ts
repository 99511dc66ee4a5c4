import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { randomId, sha256 } from '../crypto/digest.js';

/** Something by which attempts are counted, and how many of them nobody has to wait for. */
export interface Counted {
  /** Stored as a digest: what people type is not ours to keep. */
  readonly key: string;
  readonly free: number;
}

/** No wait grows beyond a quarter of an hour. */
const LONGEST_WAIT_SECONDS = 900;
/** A key that nobody has attempted for a day starts anew. */
const FORGOTTEN_AFTER = '1 day';
const SWEPT_AT_ONCE = 100;

/**
 * Counts attempts of all processes together, in the database. After the free ones each attempt must wait twice as long as
 * the one before: 2, 4, 8 … seconds. One that comes too early is refused and changes nothing, so that waiting always helps.
 */
@Injectable()
export class AttemptCounter {
  constructor(private readonly source: DataSource) {}

  /**
   * Counts one attempt by each key, in one statement: of many at once, those beyond the free ones are refused.
   * @returns the seconds to wait where any key says so, else null
   */
  async count(keys: readonly Counted[]): Promise<number | null> {
    const attempt = randomId();
    const rows = await this.source.query<{ admitted: string; wait: number }[]>(
      `insert into attempts as kept (key, beyond, allowed_at, admitted, forgotten_at)
       select key, 1 - free, now() + ${waitAfter('1 - free')}, $3, now() + interval '${FORGOTTEN_AFTER}'
         from unnest($1::bytea[], $2::integer[]) as asked (key, free) order by key
       on conflict (key) do update set
         beyond = case when kept.forgotten_at <= now() then excluded.beyond
                       when ${mustWait} then kept.beyond
                       else kept.beyond + 1 end,
         allowed_at = case when kept.forgotten_at <= now() then excluded.allowed_at
                           when ${mustWait} then kept.allowed_at
                           else now() + ${waitAfter('kept.beyond + 1')} end,
         admitted = case when kept.forgotten_at > now() and ${mustWait} then kept.admitted
                         else excluded.admitted end,
         forgotten_at = excluded.forgotten_at
       returning admitted, ceil(extract(epoch from allowed_at - now()))::integer as wait`,
      [keys.map(({ key }) => sha256(key)), keys.map(({ free }) => free), attempt],
    );
    const waits = rows.filter(({ admitted }) => admitted !== attempt).map(({ wait }) => Math.max(1, wait));
    return waits.length === 0 ? null : Math.max(...waits);
  }

  /** The last attempt was a right one: `cleared` starts anew, and of `counted` this one is taken back. */
  async forgive(cleared: string, counted: readonly string[]): Promise<void> {
    await this.source.query(
      `with swept as (
         delete from attempts where key in (
           select key from attempts where forgotten_at < now() limit ${SWEPT_AT_ONCE} for update skip locked)
       ), anew as (delete from attempts where key = $1)
       update attempts set beyond = beyond - 1, allowed_at = now() where key = any($2::bytea[])`,
      [sha256(cleared), counted.map(sha256)],
    );
  }
}

/** Of many at once one may come to the row later than another that began after it: what is free is never too early. */
const mustWait = '(kept.beyond >= 0 and kept.allowed_at > now())';

/** Nothing until the free attempts are used up, then twice as long each time. The exponent is bounded so that it can't overflow. */
function waitAfter(beyond: string): string {
  return `least(${LONGEST_WAIT_SECONDS}, case when ${beyond} >= 0 then 2 ^ (least(${beyond}, 20) + 1) else 0 end) * interval '1 second'`;
}
