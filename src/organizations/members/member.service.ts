import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../../platform/events/domain-events.js';
import { page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { refuseAbove, refuseRoleBeyond } from '../../policy/granting.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { SeatService } from '../plan/seat.service.js';
import { memberAddedToTrail, memberRefused, memberRemovedFromTrail, memberRoleChanged } from './member.events.js';
import { MembershipEntity } from './membership.entity.js';
import { standingChanged } from './standing-changed.types.js';
import type { Membership, NewMembership } from './member.types.js';
import { byUser, membersOfOrganizations, rolesOfMembers } from './membership-reads.js';

/** Told in the commit that ends a membership; keys and project roles of the person end with it. */
export const memberRemoved = domainEvent<{
  readonly organizationId: string;
  readonly userId: string;
  readonly actor: Actor;
}>('member.removed');

/**
 * Told in the commit that deactivates a member's account. They stay a member, and come back as one; what works without them
 * must not: their keys and setup links end.
 */
export const memberDeactivated = domainEvent<{
  readonly organizationId: string;
  readonly userId: string;
  readonly actor: Actor;
}>('member.deactivated');

/** Told in the commit that begins a membership; sessions of the person obey the organization's limits from then on. */
export const memberAdded = domainEvent<{ readonly organizationId: string; readonly userId: string }>('member.added');

/** SQL that speaks of a row named `membership`. It is written by us; what callers give comes in as parameters. */
export interface MembershipCondition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

@Injectable()
export class MemberService {
  private readonly roles: ReturnType<typeof rolesOfMembers>;
  private readonly ofOrganization: ReturnType<typeof membersOfOrganizations>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly seats: SeatService,
    private readonly clock: Clock,
  ) {
    this.roles = rolesOfMembers(database);
    this.ofOrganization = membersOfOrganizations(database);
  }

  /** Null: not a member. */
  roleOf(organizationId: string, userId: string): Promise<BuiltInRole | null> {
    return this.roles.load({ organizationId, userId });
  }

  /** Null: not a member. */
  find(organizationId: string, userId: string): Promise<Membership | null> {
    return this.database.reader.findOneBy(MembershipEntity, { organizationId, userId });
  }

  /** Whether an account with this (canonical) address is a member: one statement, whoever it belongs to. */
  async isMemberByEmail(organizationId: string, email: string): Promise<boolean> {
    const rows = await this.database.rows(
      'select from memberships m join users u on u.id = m.user_id where m.organization_id = $1 and u.email = $2',
      [organizationId, email],
    );
    return rows.length > 0;
  }

  /** Where an organization's owners get its mail; those who were deactivated get none. */
  async emailsOfOwners(organizationId: string): Promise<string[]> {
    const rows = await this.database.rows<{ email: string }>(
      `select u.email from memberships m join users u on u.id = m.user_id
       where m.organization_id = $1 and m.role = 'OWNER' and u.deactivated_at is null order by u.email`,
      [organizationId],
    );
    return rows.map(({ email }) => email);
  }

  async idsOfOwners(organizationId: string): Promise<string[]> {
    const owners = await this.database.reader.findBy(MembershipEntity, { organizationId, role: 'OWNER' });
    return owners.map(({ userId }) => userId);
  }

  /** @param only narrows the list to the memberships that meet a condition on `membership` */
  list(organizationId: string, request: PageRequest, only?: MembershipCondition): Promise<Connection<Membership>> {
    if (!only) return this.ofOrganization.page({ organizationId }, request);
    const query = this.database.reader
      .createQueryBuilder(MembershipEntity, 'membership')
      .where('membership.organization_id = :organizationId', { organizationId })
      .andWhere(only.sql, only.parameters);
    return page(query, request, byUser, (row): Membership => row);
  }

  /** The ids of the members who meet a condition, up to a number of them. */
  async listIds(organizationId: string, only: MembershipCondition, most: number): Promise<string[]> {
    const rows = await this.database.reader
      .createQueryBuilder(MembershipEntity, 'membership')
      .select('membership.user_id', 'id')
      .where('membership.organization_id = :organizationId', { organizationId })
      .andWhere(only.sql, only.parameters)
      .orderBy('membership.user_id')
      .limit(most)
      .getRawMany<{ id: string }>();
    return rows.map(({ id }) => id);
  }

  /** The memberships of one person, page by page. */
  pageOfUser(userId: string, request: PageRequest): Promise<Connection<Membership>> {
    const query = this.database.reader
      .createQueryBuilder(MembershipEntity, 'membership')
      .where('membership.user_id = :userId', { userId });
    return page(
      query,
      request,
      { column: 'membership.organization_id', of: (row) => row.organizationId },
      (row): Membership => row,
    );
  }

  /** The memberships of one person, for showing them where they belong. */
  listOfUser(userId: string): Promise<Membership[]> {
    return this.database.reader.findBy(MembershipEntity, { userId });
  }

  /**
   * Adds a member; whoever is one already keeps the role they have.
   * @throws ENTITLEMENT_REQUIRED where no seat is free
   */
  async add(tx: Tx, actor: Actor, membership: NewMembership): Promise<void> {
    await this.takeTurns(tx, membership.organizationId);
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
    await this.takeTurns(tx, organizationId);
    const hasPlace =
      (await this.find(organizationId, userId)) !== null || (await this.seats.isOneFree(tx, organizationId));
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

  /**
   * Changes to an organization's memberships and invitations wait for each other, until the transaction ends: two owners
   * who demote each other at once would otherwise each see the other as the owner who remains.
   */
  async takeTurns(tx: Tx, organizationId: string): Promise<void> {
    await tx.query('select 1 from organizations where id = $1 for no key update', [organizationId]);
  }

  /** As `takeTurns`, of every organization that a person belongs to. In one order, so that no two wait in a circle. @returns which */
  async takeTurnsOf(tx: Tx, userId: string): Promise<ReadonlySet<string>> {
    const taken = await tx.query<{ id: string }[]>(
      `select id from organizations where id in (select organization_id from memberships where user_id = $1)
       order by id for no key update`,
      [userId],
    );
    return new Set(taken.map(({ id }) => id));
  }

  /** Whom the server's configuration names has one in any case: whoever writes it also says how many there are. */
  private async refuseWithoutSeat(tx: Tx, { organizationId, source }: NewMembership): Promise<void> {
    if (source === 'INVITATION') await this.seats.refuseTooManyMembers(tx, organizationId);
    else if (source !== 'CONFIGURATION') await this.seats.refuseOverflow(tx, organizationId);
  }

  private async lock(tx: Tx, actor: Actor, organizationId: string, userId: string): Promise<Membership> {
    await this.takeTurns(tx, organizationId);
    const membership = await tx.findOneBy(MembershipEntity, { organizationId, userId });
    if (!membership) throw new AppError('NOT_FOUND');
    if (!(actor.kind === 'user' && actor.id === userId)) {
      await refuseAbove(actor, { organizationId, projectId: null }, membership.role);
    }
    return membership;
  }
}
