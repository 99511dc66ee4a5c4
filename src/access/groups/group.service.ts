import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { standingChanged } from '../../organizations/members/standing-changed.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId } from '../../platform/crypto/digest.js';
import { isViolation } from '../../platform/database/constraint-violation.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Connection, PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { GroupEntity } from './group.entity.js';
import { groupCreated, groupDeleted, groupDetached, groupUpdated } from './group.events.js';
import { GroupMemberEntity } from './group-member.entity.js';
import { GroupRoles } from './group-roles.service.js';
import type { Group, GroupChange, NewGroup } from './group.types.js';

@Injectable()
export class GroupService implements ScopeLocator {
  private readonly ofOrganization: NestedList<Pick<Group, 'organizationId'>, GroupEntity>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly roles: GroupRoles,
    private readonly clock: Clock,
  ) {
    this.ofOrganization = new NestedList(database, {
      rows: GroupEntity,
      as: 'member_group',
      parent: { organizationId: 'text' },
      where: 'member_group.organization_id = parent."organizationId"',
      order: { column: 'member_group.id', of: (row) => row.id },
    });
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const group = await this.database.reader.findOneBy(GroupEntity, { id });
    return group && { organizationId: group.organizationId, projectId: null };
  }

  list(organizationId: string, request: PageRequest): Promise<Connection<Group>> {
    return this.ofOrganization.page({ organizationId }, request);
  }

  /** A new group has no roles, so making one gives nobody anything. @throws CONFLICT for a name that is taken */
  async create(actor: Actor, organizationId: string, input: NewGroup): Promise<Group> {
    const { name, description = null, source = 'ADMINISTRATOR', externalId = null } = input;
    const now = this.clock.now();
    const group: Group = {
      id: randomId(),
      organizationId,
      name: groupName(name),
      description,
      source,
      externalId,
      createdAt: now,
      updatedAt: now,
    };
    return this.named(async (tx) => {
      await tx.insert(GroupEntity, group);
      await this.audit.record(tx, actor, groupCreated, group);
      return group;
    });
  }

  /** @throws CONFLICT for a name that is taken; PRECONDITION_FAILED where the directory names the group; NOT_FOUND */
  async update(actor: Actor, organizationId: string, id: string, change: GroupChange): Promise<Group> {
    const { name, description, externalId } = change;
    return this.named(async (tx) => {
      const before = await this.lock(tx, organizationId, id);
      const after: Group = {
        ...before,
        name: name === undefined || name === null ? before.name : groupName(name),
        description: description === undefined ? before.description : description,
        externalId: externalId === undefined ? before.externalId : externalId,
        updatedAt: this.clock.now(),
      };
      if (after.name !== before.name) refuseUnlessSource(actor, before);
      await tx.update(GroupEntity, { id }, after);
      await this.audit.record(tx, actor, groupUpdated, { before, after });
      return after;
    });
  }

  /** Takes its roles from its members, who stay members of the organization. @throws CANNOT_GRANT for a group with a role beyond the actor's; NOT_FOUND */
  async delete(actor: Actor, organizationId: string, id: string): Promise<Group> {
    return this.database.transaction(async (tx) => {
      const group = await this.lock(tx, organizationId, id);
      const grants = await this.roles.refuseBeyond(actor, group);
      const members = await tx.countBy(GroupMemberEntity, { groupId: id });
      await tx.delete(GroupEntity, { id });
      await this.audit.record(tx, actor, groupDeleted, { group, members, grants });
      await this.events.publish(tx, standingChanged, { organizationId, userIds: null, actor });
      return group;
    });
  }

  /**
   * From now on the organization's own administrators say what a group of its directory is called, and who is in it; the
   * directory finds it no more. One that is theirs already stays as it is.
   */
  async detach(actor: Actor, organizationId: string, id: string): Promise<Group> {
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, organizationId, id);
      if (before.source === 'ADMINISTRATOR') return before;
      const after: Group = { ...before, source: 'ADMINISTRATOR', externalId: null, updatedAt: this.clock.now() };
      await tx.update(GroupEntity, { id }, after);
      await this.audit.record(tx, actor, groupDetached, { before, after });
      return after;
    });
  }

  /** Its members have changed. */
  async touch(tx: Tx, { id }: Group): Promise<void> {
    await tx.update(GroupEntity, { id }, { updatedAt: this.clock.now() });
  }

  /** The group, as nobody else changes it or what it has until the transaction ends. @throws NOT_FOUND */
  async lock(tx: Tx, organizationId: string, id: string): Promise<Group> {
    await this.members.takeTurns(tx, organizationId);
    return new TenantRepository(tx, GroupEntity, organizationId).get({ id });
  }

  private async named<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(work);
    } catch (error) {
      if (!isViolation(error, 'unique', 'groups_by_name')) throw error;
      throw new AppError('CONFLICT', { cause: error, message: 'The organization has a group of this name already.' });
    }
  }
}

/**
 * What the directory says of its groups is not changed beside it, since it would say it again.
 * @throws PRECONDITION_FAILED
 */
export function refuseUnlessSource({ kind }: Actor, { source }: Group): void {
  if (source === 'SCIM' && kind !== 'scimToken')
    throw new AppError('PRECONDITION_FAILED', {
      message: 'The directory names this group and its members: change it there, or detach it first.',
    });
}

function groupName(given: string): string {
  const name = given.trim();
  if (name === '') throw invalid('name', 'name must have a letter in it.');
  return name;
}
