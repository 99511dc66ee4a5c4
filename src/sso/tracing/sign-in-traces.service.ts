import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { SignInTraceLog, type TracedVisit } from './sign-in-trace-log.types.js';
import type { SignInTraceEntity } from './sign-in-trace.entity.js';

const KEPT_DAYS = 30;
const SWEPT_AT_ONCE = 1_000;

/** So many attempts of one connection that led nowhere are kept of an hour (docs/decisions/0018). */
export const MOST_IN_VAIN = 600;

/** The share of these for what comes back without ever having been begun here, which costs a stranger nothing. */
export const MOST_STRAYS = 60;

/** Writes the traces, and removes them when their time is up. */
@Injectable()
export class SignInTraces implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('41 * * * *', 'signInTraces.sweep', () => this.sweep());
  }

  /** The log of a visit that begins an attempt, or comes back from one. Nothing is written by it alone. */
  logOf(visit: TracedVisit, half: 'begin' | 'finish'): SignInTraceLog {
    return new SignInTraceLog(
      visit,
      half,
      randomId(),
      () => this.clock.now(),
      async (tx, row, { isStray }) => {
        if (visit.connectionKey !== null) await this.write(tx, row, isStray ? MOST_STRAYS : MOST_IN_VAIN);
      },
    );
  }

  /** Ends a trace in a transaction with `work`, whose own changes join it. */
  along<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** All that is too old, a piece at a time, so that no statement takes long. */
  async sweep(): Promise<void> {
    let removed: unknown[];
    do {
      removed = await this.database.rows(
        `with old as (delete from sign_in_traces where id in
           (select id from sign_in_traces where begun_at < $1 limit ${SWEPT_AT_ONCE} for update skip locked) returning id)
         select id from old`,
        [this.clock.inMinutes(-KEPT_DAYS * 24 * 60)],
      );
    } while (removed.length === SWEPT_AT_ONCE);
  }

  /**
   * One statement for the beginning and for the end of an attempt. A row that is new is kept only while there are not too
   * many in vain; one that has led somewhere stays as it is.
   */
  private async write(tx: Tx, row: Row<SignInTraceEntity>, most: number): Promise<void> {
    await tx.query(
      `insert into sign_in_traces (
         id, organization_id, connection_id, connection_key, purpose, test_run_id, begin_request_id, callback_request_id,
         redirect_uri, begun_at, finished_at, outcome, reason, detail, email, steps)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::timestamptz, $11::timestamptz, $12, $13, $14, $15, $16::jsonb
       where $12 = 'SUCCEEDED' or exists (select from sign_in_traces where id = $1)
         or (select count(*) from (
               select from sign_in_traces
               where connection_key = $4 and begun_at > $17::timestamptz and outcome <> 'SUCCEEDED' limit $18::int) as in_vain) < $18
       on conflict (id) do update set
         callback_request_id = excluded.callback_request_id, finished_at = excluded.finished_at,
         outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail, email = excluded.email,
         steps = excluded.steps
       where sign_in_traces.outcome <> 'SUCCEEDED'`,
      [
        ...[row.id, row.organizationId, row.connectionId, row.connectionKey, row.purpose, row.testRunId],
        ...[row.beginRequestId, row.callbackRequestId, row.redirectUri, row.begunAt, row.finishedAt, row.outcome],
        ...[row.reason, row.detail, row.email, JSON.stringify(row.steps), this.clock.inMinutes(-60), most],
      ],
    );
  }
}
