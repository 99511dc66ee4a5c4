import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';
import { UserLoader } from '../../users/user-loader.service.js';
import {
  AddGroupMemberInput,
  AddGroupMemberPayload,
  CreateGroupInput,
  CreateGroupPayload,
  DeleteGroupInput,
  DeleteGroupPayload,
  DetachGroupInput,
  DetachGroupPayload,
  Group,
  GroupConnection,
  GroupMember,
  GroupMemberConnection,
  RemoveGroupMemberInput,
  RemoveGroupMemberPayload,
  UpdateGroupInput,
  UpdateGroupPayload,
} from './group.graphql.js';
import { GroupMemberService } from './group-member.service.js';
import { GroupService } from './group.service.js';
import type { Group as GroupFacts, GroupMember as GroupMemberFacts } from './group.types.js';

const reason = 'a group is shown only to those who may read members';

@Resolver(() => Group)
export class GroupResolver {
  constructor(
    private readonly groups: GroupService,
    private readonly inGroups: GroupMemberService,
  ) {}

  @Mutation(() => CreateGroupPayload, { description: 'Makes a group. Errors: CONFLICT when the name is taken.' })
  @Requires('roles.manage', 'input.organizationId')
  async createGroup(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, name, description }: CreateGroupInput,
  ): Promise<CreateGroupPayload> {
    return { group: await this.groups.create(actor, organizationId, { name, description }) };
  }

  @Mutation(() => UpdateGroupPayload, { description: 'Renames a group. Errors: CONFLICT when the name is taken.' })
  @Requires('roles.manage', 'input.groupId', GroupService)
  async updateGroup(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { groupId, ...change }: UpdateGroupInput,
  ): Promise<UpdateGroupPayload> {
    return { group: await this.groups.update(actor, organizationId, groupId, change) };
  }

  @Mutation(() => DeleteGroupPayload, {
    description:
      'Deletes a group, and takes its roles from its members: `simulateAccess` tells beforehand what they would lose. Errors: CANNOT_GRANT.',
  })
  @Requires('roles.manage', 'input.groupId', GroupService)
  async deleteGroup(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { groupId }: DeleteGroupInput,
  ): Promise<DeleteGroupPayload> {
    return { group: await this.groups.delete(actor, organizationId, groupId) };
  }

  @Mutation(() => DetachGroupPayload, {
    description:
      'Takes a group from the directory that has made it over SCIM: its members and roles stay, and administrators say from now on ' +
      'who is in it. The directory finds it no more, and may make another.',
  })
  @Requires('roles.manage', 'input.groupId', GroupService)
  async detachGroup(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { groupId }: DetachGroupInput,
  ): Promise<DetachGroupPayload> {
    return { group: await this.groups.detach(actor, organizationId, groupId) };
  }

  @Mutation(() => AddGroupMemberPayload, {
    description:
      'Puts a member of the organization into a group, which gives them its roles. Errors: CANNOT_GRANT, NOT_FOUND, PRECONDITION_FAILED where the directory says who is in it.',
  })
  @Requires('members.manage', 'input.groupId', GroupService)
  async addGroupMember(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { groupId, userId }: AddGroupMemberInput,
  ): Promise<AddGroupMemberPayload> {
    return { group: await this.inGroups.add(actor, { organizationId, groupId, userId }) };
  }

  @Mutation(() => RemoveGroupMemberPayload, {
    description:
      'Takes a member out of a group, and its roles from them. Errors: CANNOT_GRANT, NOT_FOUND, PRECONDITION_FAILED where the directory says who is in it.',
  })
  @Requires('members.manage', 'input.groupId', GroupService)
  async removeGroupMember(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { groupId, userId }: RemoveGroupMemberInput,
  ): Promise<RemoveGroupMemberPayload> {
    return { group: await this.inGroups.remove(actor, { organizationId, groupId, userId }) };
  }

  @ResolveField(() => GroupMemberConnection, { description: 'Who is in it.' })
  @Public(reason)
  members(
    @Parent() { id }: GroupFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<GroupMemberFacts>> {
    return this.inGroups.list(id, { first, after });
  }
}

@Resolver(() => GroupMember)
export class GroupMemberResolver {
  constructor(private readonly users: UserLoader) {}

  @ResolveField(() => User, { description: 'The person.' })
  @Public(reason)
  user(@Parent() { userId }: GroupMemberFacts): Promise<UserFacts> {
    return this.users.load(userId);
  }
}

@Resolver(() => Organization)
export class OrganizationGroupsResolver {
  constructor(private readonly groups: GroupService) {}

  @ResolveField(() => GroupConnection, { name: 'groups', description: 'Its groups.' })
  @Requires('members.read', 'parent.id')
  list(
    @Parent() { id }: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<GroupFacts>> {
    return this.groups.list(id, { first, after });
  }
}
