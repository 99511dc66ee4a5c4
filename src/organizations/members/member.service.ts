import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { Membership } from './member.types.js';
import { MembershipEntity } from './membership.entity.js';
import { byUser, membersOfOrganizations, rolesOfMembers } from './membership-reads.js';

/** SQL that speaks of a row named `membership`. It is written by us; what callers give comes in as parameters. */
export interface MembershipCondition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Who belongs where, and as what; and the turns that whoever changes it takes first. */
@Injectable()
export class MemberService {
  private readonly roles: ReturnType<typeof rolesOfMembers>;
  private readonly ofOrganization: ReturnType<typeof membersOfOrganizations>;

  constructor(private readonly database: Database) {
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
   * Changes to an organization's memberships and invitations wait for each other, until the transaction ends: two owners
   * who demote each other at once would otherwise each see the other as the owner who remains.
   */
  async takeTurns(tx: Tx, organizationId: string): Promise<void> {
    await tx.query('select 1 from organizations where id = $1 for no key update', [organizationId]);
  }

  /**
   * As `takeTurns`, of every organization that a person belongs to. In one order, so that no two wait in a circle.
   * @param besides one that they may be about to join
   * @returns which
   */
  async takeTurnsOf(tx: Tx, userId: string, besides: string | null = null): Promise<ReadonlySet<string>> {
    const taken = await tx.query<{ id: string }[]>(
      `select id from organizations
       where id in (select organization_id from memberships where user_id = $1 union select $2::text)
       order by id for no key update`,
      [userId, besides],
    );
    return new Set(taken.map(({ id }) => id));
  }
}
