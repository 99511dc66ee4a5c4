import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import type { Tx } from '../platform/database/database.js';
import type { Actor } from '../policy/actor.js';
import { UserEntity } from './user.entity.js';
import { userActivated, userDeactivated, userDeleted } from './user.events.js';
import type { Account } from './user.types.js';

/** Whether an account counts, and that it is there at all. What hangs on an account is the business of who calls this. */
@Injectable()
export class UserStanding {
  constructor(
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * The account, and that it begins no membership, stay as they are until the transaction ends. Turns of organizations are
   * taken before: whoever changes members comes from there.
   */
  async hold(tx: Tx, userId: string): Promise<void> {
    await tx.query('select 1 from users where id = $1 for update', [userId]);
  }

  /** Changes to the accounts of instance administrators wait for each other: two must not put each other out. */
  async takeTurnsOfAdministrators(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtext('standing of administrators'))`);
  }

  /** @param byDirectoryOf the organization whose directory says so; null for an instance administrator */
  async deactivate(tx: Tx, actor: Actor, account: Account, byDirectoryOf: string | null): Promise<void> {
    const change = { deactivatedAt: this.clock.now(), deactivatedByDirectoryOf: byDirectoryOf };
    await tx.update(UserEntity, { id: account.user.id }, change);
    await this.audit.record(tx, actor, userDeactivated, { ...account, byDirectory: byDirectoryOf !== null });
  }

  async activate(tx: Tx, actor: Actor, account: Account): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { deactivatedAt: null, deactivatedByDirectoryOf: null });
    await this.audit.record(tx, actor, userActivated, account);
  }

  /** With its identities, sessions, factors and links, which the database removes along with it. */
  async delete(tx: Tx, actor: Actor, account: Account): Promise<void> {
    await tx.delete(UserEntity, { id: account.user.id });
    await this.audit.record(tx, actor, userDeleted, account);
  }
}
