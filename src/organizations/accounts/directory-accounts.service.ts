import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { UserStanding } from '../../users/user-standing.service.js';
import { MembershipChanges } from '../members/membership-changes.service.js';
import { SeatService } from '../plan/seat.service.js';
import type { HeldAccount } from './held-account.service.js';

/**
 * What an organization's directory decides about the accounts of its own domains (docs/decisions/0031). The organization is
 * that of the domain, and whoever calls has seen to it.
 */
@Injectable()
export class DirectoryAccounts {
  constructor(
    private readonly standing: UserStanding,
    private readonly memberships: MembershipChanges,
    private readonly seats: SeatService,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Nobody signs in to the account any more, its sessions end, and keys that its person has made are revoked, in whichever
   * organization. Memberships stay. One that is deactivated stays as it is.
   * @throws LAST_OWNER where the directory's own organization would be left without an owner. Another may be: its directory
   *   is not this one, and who has left must not stay because of what they own elsewhere
   */
  async deactivate(tx: Tx, actor: Actor, organizationId: string, held: HeldAccount): Promise<void> {
    const { user } = held.account;
    if (user.isDeactivated) return;
    if (roleIn(held, organizationId) === 'OWNER') await this.memberships.refuseLastOwner(tx, user.id, [organizationId]);
    await this.end(tx, actor, organizationId, held);
  }

  /**
   * Lets them in again, and gives them a seat. What was revoked stays revoked.
   * @throws FORBIDDEN where an instance administrator has deactivated the account, and not a directory, this one or that of whom
   *   the domain was before; ENTITLEMENT_REQUIRED where no seat is free in its organization
   */
  async activate(tx: Tx, actor: Actor, organizationId: string, { account }: HeldAccount): Promise<void> {
    const { isDeactivated, deactivatedByDirectoryOf, id } = account.user;
    if (!isDeactivated) return;
    if (deactivatedByDirectoryOf === null)
      throw new AppError('FORBIDDEN', { message: 'An administrator of this instance has deactivated the account.' });
    await this.standing.activate(tx, actor, account);
    await this.seats.refuseOverflow(tx, organizationId);
    await this.sessions.endAllOf(tx, id);
  }

  /**
   * Ends the membership, with all that hangs on it. The account goes with it; one that belongs elsewhere too, or administers
   * the instance, stays, and lets nobody in.
   * @throws LAST_OWNER
   */
  async remove(tx: Tx, actor: Actor, organizationId: string, held: HeldAccount): Promise<void> {
    const { account, memberships } = held;
    const own = memberships.filter((membership) => membership.organizationId === organizationId);
    const others = memberships.filter((membership) => membership.organizationId !== organizationId);
    for (const membership of own) await this.memberships.end(tx, actor, membership);
    if (others.length === 0 && !account.user.isInstanceAdministrator) await this.standing.delete(tx, actor, account);
    else if (!account.user.isDeactivated) await this.end(tx, actor, organizationId, { account, memberships: others });
  }

  private async end(tx: Tx, actor: Actor, organizationId: string, held: HeldAccount): Promise<void> {
    await this.standing.deactivate(tx, actor, held.account, organizationId);
    await this.sessions.endAllOf(tx, held.account.user.id);
    await this.memberships.deactivateAll(tx, actor, held.memberships);
  }
}

const roleIn = ({ memberships }: HeldAccount, organizationId: string) =>
  memberships.find((membership) => membership.organizationId === organizationId)?.role ?? null;
