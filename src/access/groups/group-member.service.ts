import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { groupMemberAdded, groupMemberRemoved } from './group.events.js';
import { GroupMemberEntity } from './group-member.entity.js';
import { GroupRoles } from './group-roles.service.js';
import { GroupService } from './group.service.js';
import type { Group, GroupMember } from './group.types.js';

interface InGroup {
  readonly organizationId: string;
  readonly groupId: string;
  readonly userId: string;
}

/** Who is in which group. A membership of the organization that ends takes those of its groups with it. */
@Injectable()
export class GroupMemberService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly groups: GroupService,
    private readonly roles: GroupRoles,
    private readonly members: MemberService,
    private readonly clock: Clock,
  ) {}

  list(groupId: string, request: PageRequest): Promise<Connection<GroupMember>> {
    const query = this.database.reader
      .createQueryBuilder(GroupMemberEntity, 'in_group')
      .where('in_group.group_id = :groupId', { groupId });
    return page(query, request, { column: 'in_group.user_id', of: (row) => row.userId }, (row): GroupMember => row);
  }

  /**
   * Gives somebody the roles of a group. Who is in it already stays, with no event.
   * @throws CANNOT_GRANT for a group with a role beyond the actor's; NOT_FOUND for who is no member of the organization
   */
  async add(actor: Actor, { organizationId, groupId, userId }: InGroup): Promise<Group> {
    return this.database.transaction(async (tx) => {
      const group = await this.groups.lock(tx, organizationId, groupId);
      await this.roles.refuseBeyond(actor, group);
      if ((await this.members.roleOf(organizationId, userId)) === null) throw new AppError('NOT_FOUND');
      if (await tx.existsBy(GroupMemberEntity, { groupId, userId })) return group;
      await tx.insert(GroupMemberEntity, { groupId, organizationId, userId, addedAt: this.clock.now() });
      await this.audit.record(tx, actor, groupMemberAdded, { group, userId });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: [userId], actor });
      return group;
    });
  }

  /**
   * Takes the roles of a group from somebody.
   * @throws CANNOT_GRANT for a group with a role beyond the actor's; NOT_FOUND for who is not in it
   */
  async remove(actor: Actor, { organizationId, groupId, userId }: InGroup): Promise<Group> {
    return this.database.transaction(async (tx) => {
      const group = await this.groups.lock(tx, organizationId, groupId);
      await this.roles.refuseBeyond(actor, group);
      const { affected } = await tx.delete(GroupMemberEntity, { groupId, userId });
      if (affected === 0) throw new AppError('NOT_FOUND');
      await this.audit.record(tx, actor, groupMemberRemoved, { group, userId });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: [userId], actor });
      return group;
    });
  }
}
