import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { UserStanding } from '../../users/user-standing.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { MembershipChanges } from '../members/membership-changes.service.js';
import type { Membership } from '../members/member.types.js';
import { HeldAccounts, type HeldAccount } from './held-account.service.js';

/** Deactivates, activates and deletes accounts, with all that follows from it in the organizations they belong to. */
@Injectable()
export class AccountStanding {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly standing: UserStanding,
    private readonly held: HeldAccounts,
    private readonly memberships: MembershipChanges,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Nobody signs in to the account any more, its sessions end, and the keys and setup links that its person has made are
   * revoked. Memberships stay, for the day when it is activated again. One that is deactivated stays as it is.
   * @throws STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for one's own account; LAST_OWNER where an organization would
   *   be left without an owner who can sign in; CONFLICT where they have joined another one meanwhile
   */
  deactivate(actor: Actor, userId: string): Promise<User> {
    return this.change(actor, userId, async (tx, { account, memberships }) => {
      if (account.user.isDeactivated) return account.user;
      await this.memberships.refuseLastOwner(tx, userId, ownedIn(memberships));
      await this.standing.deactivate(tx, actor, account, null);
      await this.sessions.endAllOf(tx, userId);
      await this.memberships.deactivateAll(tx, actor, memberships);
      return { ...account.user, isDeactivated: true, deactivatedByDirectoryOf: null };
    });
  }

  /**
   * Lets the person sign in again, as the member that they were. What was revoked stays revoked.
   * @throws STEP_UP_REQUIRED; NOT_FOUND
   */
  activate(actor: Actor, userId: string): Promise<User> {
    return this.change(actor, userId, async (tx, { account }) => {
      if (!account.user.isDeactivated) return account.user;
      await this.standing.activate(tx, actor, account);
      // One that was being opened when the account was deactivated is there, and has opened nothing until now.
      await this.sessions.endAllOf(tx, userId);
      return { ...account.user, isDeactivated: false, deactivatedByDirectoryOf: null };
    });
  }

  /**
   * Ends the person's memberships, with the keys that they have made, and removes the account for good.
   * @returns the account as it was
   * @throws STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for one's own; LAST_OWNER; CONFLICT as in `deactivate`
   */
  delete(actor: Actor, userId: string): Promise<User> {
    return this.change(actor, userId, async (tx, { account, memberships }) => {
      await this.memberships.refuseLastOwner(tx, userId, ownedIn(memberships));
      for (const membership of memberships) await this.memberships.end(tx, actor, membership);
      await this.standing.delete(tx, actor, account);
      return account.user;
    });
  }

  private change(actor: Actor, userId: string, work: (tx: Tx, held: HeldAccount) => Promise<User>): Promise<User> {
    refuseStaleProof(actor);
    if (actor.kind === 'user' && actor.id === userId)
      throw new AppError('PRECONDITION_FAILED', { message: 'Another administrator has to do this for you.' });
    return this.database.transaction(async (tx) => {
      const user = await this.users.get(userId);
      if (user.isInstanceAdministrator) await this.refuseUnlessActive(tx, actor);
      return work(tx, await this.held.hold(tx, userId));
    });
  }

  /** Of two administrators who deactivate each other at once, the one whose turn comes second has no say any more. */
  private async refuseUnlessActive(tx: Tx, actor: Actor): Promise<void> {
    await this.standing.takeTurnsOfAdministrators(tx);
    if (actor.kind !== 'user') return;
    const caller = await this.users.findById(actor.id);
    if (caller === null || caller.isDeactivated) throw new AppError('FORBIDDEN', { detail: 'deactivated meanwhile' });
  }
}

const ownedIn = (memberships: readonly Membership[]): string[] =>
  memberships.filter(({ role }) => role === 'OWNER').map(({ organizationId }) => organizationId);
