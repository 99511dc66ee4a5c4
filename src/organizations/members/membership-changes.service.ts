import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { refuseAbove, refuseRoleBeyond } from '../../policy/granting.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { SeatService } from '../plan/seat.service.js';
import { memberAddedToTrail, memberRefused, memberRemovedFromTrail, memberRoleChanged } from './member.events.js';
import { MemberService } from './member.service.js';
import type { Membership, NewMembership } from './member.types.js';
import { MembershipEntity } from './membership.entity.js';
import { memberAdded, memberDeactivated, memberRemoved } from './membership-changed.types.js';
import { standingChanged } from './standing-changed.types.js';

/** Begins memberships, changes their roles and ends them. */
@Injectable()
export class MembershipChanges {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly seats: SeatService,
    private readonly clock: Clock,
  ) {}

  /**
   * Adds a member; whoever is one already keeps the role they have.
   * @throws ENTITLEMENT_REQUIRED where no seat is free
   */
  async add(tx: Tx, actor: Actor, membership: NewMembership): Promise<void> {
    await this.members.takeTurns(tx, membership.organizationId);
    const row = { ssoException: false, ...membership, breakGlass: false, joinedAt: this.clock.now() };
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(MembershipEntity)
      .values(row)
      .orIgnore()
      .returning('user_id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) return;
    await this.refuseWithoutSeat(tx, membership);
    await this.events.publish(tx, memberAdded, membership);
    await this.audit.record(tx, actor, memberAddedToTrail, membership);
  }

  /**
   * As `add`, for somebody who comes in whether there is a seat or not: where there is none they belong nowhere, and the
   * organization's trail says why.
   */
  async addWhereRoom(tx: Tx, actor: Actor, membership: NewMembership): Promise<void> {
    const { organizationId, userId } = membership;
    await this.members.takeTurns(tx, organizationId);
    const hasPlace =
      (await this.members.find(organizationId, userId)) !== null || (await this.seats.isOneFree(tx, organizationId));
    if (hasPlace) await this.add(tx, actor, membership);
    else await this.audit.record(tx, actor, memberRefused, membership);
  }

  /**
   * @throws CANNOT_GRANT for a role beyond the actor's own, or for changing somebody above them;
   *   LAST_OWNER when no owner would be left; NOT_FOUND when the user is no member; STEP_UP_REQUIRED where an owner is
   *   made or unmade
   */
  async changeRole(actor: Actor, organizationId: string, userId: string, role: BuiltInRole): Promise<Membership> {
    await refuseRoleBeyond(actor, { organizationId, projectId: null }, role);
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, actor, organizationId, userId);
      if (role === 'OWNER' || before.role === 'OWNER') refuseStaleProof(actor, this.clock.now());
      await tx.update(MembershipEntity, { organizationId, userId }, { role });
      if (before.role === 'OWNER' && role !== 'OWNER') await this.refuseLastOwner(tx, userId, [organizationId]);
      await this.audit.record(tx, actor, memberRoleChanged, {
        organizationId,
        userId,
        before: before.role,
        after: role,
      });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: [userId], actor });
      return { ...before, role };
    });
  }

  /** @throws LAST_OWNER; NOT_FOUND when the actor is no member; FORBIDDEN for a key, which can't be one */
  async leave(actor: Actor, organizationId: string): Promise<Membership> {
    if (actor.kind !== 'user') throw new AppError('FORBIDDEN', { detail: 'only a person can leave' });
    return this.remove(actor, organizationId, actor.id);
  }

  /**
   * Ends a membership: by an administrator of members, or by the member who leaves.
   * @throws CANNOT_GRANT for removing somebody above the actor; LAST_OWNER; NOT_FOUND; STEP_UP_REQUIRED for an owner
   */
  async remove(actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    return this.database.transaction(async (tx) => {
      const membership = await this.lock(tx, actor, organizationId, userId);
      if (membership.role === 'OWNER') refuseStaleProof(actor, this.clock.now());
      await this.end(tx, actor, membership);
      return membership;
    });
  }

  /**
   * Ends a membership that was read since its organization's turn was taken, with all that hangs on it.
   * @throws LAST_OWNER
   */
  async end(tx: Tx, actor: Actor, membership: Membership): Promise<void> {
    const { organizationId, userId, role } = membership;
    await this.events.publish(tx, memberRemoved, { organizationId, userId, actor });
    await tx.delete(MembershipEntity, { organizationId, userId });
    if (role === 'OWNER') await this.refuseLastOwner(tx, userId, [organizationId]);
    await this.audit.record(tx, actor, memberRemovedFromTrail, membership);
  }

  /** They stay members whose account is deactivated; what must not work without them ends. */
  async deactivateAll(tx: Tx, actor: Actor, memberships: readonly Membership[]): Promise<void> {
    for (const { organizationId, userId } of memberships)
      await this.events.publish(tx, memberDeactivated, { organizationId, userId, actor });
  }

  /**
   * To be asked where an owner ceases to be one, with the turns taken. One whose account is deactivated is none.
   * @throws LAST_OWNER with the `organizationIds` that nobody else owns
   */
  async refuseLastOwner(tx: Tx, userId: string, organizationIds: readonly string[]): Promise<void> {
    const left = await tx.query<{ id: string }[]>(
      `select organization as id from unnest($1::text[]) as organization where not exists (
         select from memberships m join users u on u.id = m.user_id
         where m.organization_id = organization and m.role = 'OWNER' and m.user_id <> $2 and u.deactivated_at is null)`,
      [organizationIds, userId],
    );
    if (left.length > 0) throw new AppError('LAST_OWNER', { facts: { organizationIds: left.map(({ id }) => id) } });
  }

  /** Whom the server's configuration names has one in any case: whoever writes it also says how many there are. */
  private async refuseWithoutSeat(tx: Tx, { organizationId, source }: NewMembership): Promise<void> {
    if (source === 'INVITATION') await this.seats.refuseTooManyMembers(tx, organizationId);
    else if (source !== 'CONFIGURATION') await this.seats.refuseOverflow(tx, organizationId);
  }

  private async lock(tx: Tx, actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    await this.members.takeTurns(tx, organizationId);
    const membership = await tx.findOneBy(MembershipEntity, { organizationId, userId });
    if (!membership) throw new AppError('NOT_FOUND');
    if (!(actor.kind === 'user' && actor.id === userId)) {
      await refuseAbove(actor, { organizationId, projectId: null }, membership.role);
    }
    return membership;
  }
}
