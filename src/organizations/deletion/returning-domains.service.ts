import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { nobodys, owned } from '../domains/domain-lifecycle.js';

/**
 * The domains of an organization that comes back. While it was deleted they were nobody's, since a domain belongs to whoever
 * proves it: nobody else can who does not hold its zone, and whoever does need not wait for an organization that is gone.
 */
@Injectable()
export class ReturningDomains {
  /** Has those come back unproven that another organization has proven meanwhile. @returns their names */
  async giveUpTaken(tx: Tx, deletionId: string): Promise<string[]> {
    const { status, failingSince, nextCheckAt } = nobodys;
    const unproven = JSON.stringify({ status, failing_since: failingSince, next_check_at: nextCheckAt });
    const [taken] = await tx.query<[{ name: string }[], number]>(
      `update set_aside_rows set row = row || $2::jsonb
       where deletion_id = $1 and table_name = 'domains' and row ->> 'status' = any($3)
         and exists (select from domains where name = row ->> 'name' and status = any($3))
       returning row ->> 'name' as name`,
      [deletionId, unproven, owned],
    );
    return taken.map(({ name }) => name).sort();
  }
}
