import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Connection, PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Actor } from '../../policy/actor.js';
import { groupMemberAdded, groupMemberRemoved } from './group.events.js';
import { GroupMemberEntity } from './group-member.entity.js';
import { GroupRoles } from './group-roles.service.js';
import { GroupService, refuseUnlessSource } from './group.service.js';
import type { Group, GroupMember } from './group.types.js';

interface GroupPlace {
  readonly organizationId: string;
  readonly groupId: string;
}

interface InGroup extends GroupPlace {
  readonly userId: string;
}

interface MemberChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Who is in which group. A membership of the organization that ends takes those of its groups with it. */
@Injectable()
export class GroupMemberService {
  private readonly ofGroup: NestedList<Pick<InGroup, 'groupId'>, GroupMemberEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly groups: GroupService,
    private readonly roles: GroupRoles,
    private readonly clock: Clock,
  ) {
    this.ofGroup = new NestedList(database, {
      rows: GroupMemberEntity,
      as: 'in_group',
      parent: { groupId: 'text' },
      where: 'in_group.group_id = parent."groupId"',
      order: { column: 'in_group.user_id', of: (row) => row.userId },
    });
  }

  list(groupId: string, request: PageRequest): Promise<Connection<GroupMember>> {
    return this.ofGroup.page({ groupId }, request);
  }

  /** The ids of all who are in it. */
  async idsIn(groupId: string): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(
      'select user_id as id from group_members where group_id = $1 order by user_id',
      [groupId],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Gives somebody the roles of a group. Who is in it already stays, with no event.
   * @throws CANNOT_GRANT for a group with a role beyond the actor's; PRECONDITION_FAILED where the directory says who is in
   *   it; NOT_FOUND for who is no member of the organization
   */
  add(actor: Actor, { organizationId, groupId, userId }: InGroup): Promise<Group> {
    return this.change(actor, { organizationId, groupId }, { added: [userId], removed: [] });
  }

  /**
   * Takes the roles of a group from somebody.
   * @throws CANNOT_GRANT for a group with a role beyond the actor's; PRECONDITION_FAILED as in `add`; NOT_FOUND for who is not in it
   */
  async remove(actor: Actor, { organizationId, groupId, userId }: InGroup): Promise<Group> {
    return this.database.transaction(async (tx) => {
      await this.groups.lock(tx, organizationId, groupId);
      if (!(await tx.existsBy(GroupMemberEntity, { groupId, userId }))) throw new AppError('NOT_FOUND');
      return this.change(actor, { organizationId, groupId }, { added: [], removed: [userId] });
    });
  }

  /**
   * Puts some into a group and takes others out of it, in one commit. Who is where they are to be stays, with no event.
   * @throws CANNOT_GRANT, PRECONDITION_FAILED and NOT_FOUND as in `add`
   */
  async change(actor: Actor, { organizationId, groupId }: GroupPlace, change: MemberChange): Promise<Group> {
    return this.database.transaction(async (tx) => {
      const group = await this.groups.lock(tx, organizationId, groupId);
      refuseUnlessSource(actor, group);
      await this.roles.refuseBeyond(actor, group);
      await this.refuseStrangers(organizationId, change.added);
      const removed = await this.takeOut(tx, groupId, change.removed);
      const added = await this.putIn(tx, group, change.added);
      if (added.length + removed.length === 0) return group;
      await this.groups.touch(tx, group);
      for (const userId of removed) await this.audit.record(tx, actor, groupMemberRemoved, { group, userId });
      for (const userId of added) await this.audit.record(tx, actor, groupMemberAdded, { group, userId });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: [...added, ...removed], actor });
      return group;
    });
  }

  /** @throws NOT_FOUND */
  private async refuseStrangers(organizationId: string, userIds: readonly string[]): Promise<void> {
    const [strangers] = await this.database.rows(
      `select 1 from unnest($2::text[]) as asked (id)
       where not exists (select from memberships where organization_id = $1 and user_id = asked.id) limit 1`,
      [organizationId, userIds],
    );
    if (strangers) throw new AppError('NOT_FOUND');
  }

  /** @returns those who were not in it before */
  private async putIn(tx: Tx, { id, organizationId }: Group, userIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }[]>(
      `insert into group_members (group_id, organization_id, user_id, added_at)
       select $1, $2, asked.id, $4 from unnest($3::text[]) as asked (id)
       on conflict do nothing returning user_id as id`,
      [id, organizationId, userIds, this.clock.now()],
    );
    return rows.map((row) => row.id);
  }

  /** @returns those who were in it */
  private async takeOut(tx: Tx, groupId: string, userIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }[]>(
      `with gone as (delete from group_members where group_id = $1 and user_id = any($2::text[]) returning user_id)
       select user_id as id from gone`,
      [groupId, userIds],
    );
    return rows.map((row) => row.id);
  }
}
