import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { memberChangeRefused } from './member.events.js';
import { MemberService } from './member.service.js';
import type { Membership } from './member.types.js';
import { MembershipChanges } from './membership-changes.service.js';

/** What became of one member of a list. */
export interface MemberOutcome {
  /** As given. */
  readonly userId: string;
  readonly member: Membership | null;
  readonly error: AppError | null;
}

/** Changes and removes members by the list, each for themselves: what one can't have costs none of the others. */
@Injectable()
export class MembersMany {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly members: MemberService,
    private readonly memberships: MembershipChanges,
  ) {}

  /** @throws STEP_UP_REQUIRED where an owner is made or unmade; nothing happens then */
  changeRoles(
    actor: Actor,
    organizationId: string,
    changes: readonly { readonly userId: string; readonly role: BuiltInRole }[],
  ): Promise<MemberOutcome[]> {
    return this.each(actor, organizationId, changes, ({ userId, role }) =>
      this.memberships.changeRole(actor, organizationId, userId, role),
    );
  }

  /** @throws STEP_UP_REQUIRED where one is an owner; nothing happens then */
  remove(actor: Actor, organizationId: string, userIds: readonly string[]): Promise<MemberOutcome[]> {
    const wishes = userIds.map((userId) => ({ userId }));
    return this.each(actor, organizationId, wishes, ({ userId }) =>
      this.memberships.remove(actor, organizationId, userId),
    );
  }

  /** In the order of the list, and in one commit: who has no answer can repeat the call. */
  private each<Wish extends { readonly userId: string }>(
    actor: Actor,
    organizationId: string,
    wishes: readonly Wish[],
    change: (wish: Wish) => Promise<Membership>,
  ): Promise<MemberOutcome[]> {
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      const outcomes: MemberOutcome[] = [];
      for (const wish of wishes) outcomes.push(await this.one(tx, actor, organizationId, wish, change));
      return outcomes;
    });
  }

  private async one<Wish extends { readonly userId: string }>(
    tx: Tx,
    actor: Actor,
    organizationId: string,
    wish: Wish,
    change: (wish: Wish) => Promise<Membership>,
  ): Promise<MemberOutcome> {
    const { userId } = wish;
    try {
      return { userId, member: await this.database.step(tx, () => change(wish)), error: null };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'STEP_UP_REQUIRED') throw error;
      const reason = error.detail ?? error.message;
      await this.audit.record(tx, actor, memberChangeRefused, { organizationId, userId, code: error.code, reason });
      return { userId, member: null, error };
    }
  }
}
