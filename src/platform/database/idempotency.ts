import { Injectable } from '@nestjs/common';
import { sameDigest, sha256 } from '../crypto/digest.js';
import { AppError } from '../errors/app-error.js';
import { Database, type Tx } from './database.js';

/** A call that carries a key of idempotency. */
export interface IdempotentCall {
  /** Whose key it is: two callers may use the same key without meeting. */
  readonly actor: string;
  readonly key: string;
  readonly operation: string;
  readonly input: unknown;
}

interface Claimed {
  readonly operation: string;
  readonly input_digest: Buffer;
  readonly result: unknown;
}

/** What stands in a kept result for a value that is shown once and must not be stored. */
const shownOnce = new Set<string>();

/** Marks a payload's field as shown once: a repeated call finds null there. */
export function rememberShownOnce(field: string): void {
  shownOnce.add(field);
}

@Injectable()
export class Idempotency {
  constructor(private readonly database: Database) {}

  /**
   * Runs `work` once for each (actor, key). A repeated call gets the first call's result, in which what is shown once is null.
   * The claim, the changes and the result share one commit: after a crash either all of them are there or none.
   * @throws CONFLICT when the key was used for another operation or another input
   */
  once<Result>(call: IdempotentCall, work: () => Promise<Result>): Promise<Result> {
    const digest = digestOf(call);
    return this.database.separateTransaction(async (tx) => {
      if (!(await claim(tx, call, digest))) return (await this.earlier(tx, call, digest)) as Result;
      const result = await work();
      await tx.query('update idempotency_keys set result = $3 where actor = $1 and key = $2', [
        call.actor,
        call.key,
        JSON.stringify(result, kept),
      ]);
      return result;
    });
  }

  /** Whether the very same call has been made before: its repetition asks for nothing but what its caller was told already. */
  async isRepetition(call: IdempotentCall): Promise<boolean> {
    const [row] = await this.database.rows<Pick<Claimed, 'input_digest'>>(
      'select input_digest from idempotency_keys where actor = $1 and key = $2',
      [call.actor, call.key],
    );
    return row !== undefined && sameDigest(row.input_digest, digestOf(call));
  }

  private async earlier(tx: Tx, call: IdempotentCall, digest: Buffer): Promise<unknown> {
    const [row] = await tx.query<Claimed[]>(
      'select operation, input_digest, result from idempotency_keys where actor = $1 and key = $2',
      [call.actor, call.key],
    );
    if (!row || !sameDigest(row.input_digest, digest)) {
      throw new AppError('CONFLICT', { message: 'This idempotencyKey was used for another call.' });
    }
    return revived(row.result);
  }
}

const digestOf = ({ operation, input }: IdempotentCall): Buffer => sha256(JSON.stringify([operation, input]));

/** A second call with the same key waits here until the first has committed or rolled back. */
async function claim(tx: Tx, call: IdempotentCall, digest: Buffer): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `insert into idempotency_keys (actor, key, operation, input_digest) values ($1, $2, $3, $4)
     on conflict do nothing returning key`,
    [call.actor, call.key, call.operation, digest],
  );
  return rows.length > 0;
}

/** Marks an instant in a kept result. A text that only looks like one stays a text. */
const INSTANT = '$instant';

/** For `JSON.stringify`, which has turned an instant into text before it asks. */
function kept(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  if (shownOnce.has(name)) return null;
  return this[name] instanceof Date ? { [INSTANT]: value } : value;
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (value === null || typeof value !== 'object') return value;
  const instant = (value as Record<string, unknown>)[INSTANT];
  if (typeof instant === 'string') return new Date(instant);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revived(inner)]));
}
