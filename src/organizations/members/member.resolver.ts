import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';
import { UserLoader } from '../../users/user-loader.service.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import {
  LeaveOrganizationInput,
  LeaveOrganizationPayload,
  Member,
  MemberConnection,
  RemoveMemberInput,
  RemoveMemberPayload,
  UpdateMemberRoleInput,
  UpdateMemberRolePayload,
} from './member.graphql.js';
import { MemberService } from './member.service.js';
import { MembershipChanges } from './membership-changes.service.js';

@Resolver(() => Member)
export class MemberResolver {
  constructor(
    private readonly memberships: MembershipChanges,
    private readonly users: UserLoader,
  ) {}

  @Mutation(() => UpdateMemberRolePayload, {
    description: "Changes a member's role. Errors: CANNOT_GRANT, LAST_OWNER.",
  })
  @Requires('members.manage', 'input.organizationId')
  async updateMemberRole(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateMemberRoleInput,
  ): Promise<UpdateMemberRolePayload> {
    return { member: await this.memberships.changeRole(actor, input.organizationId, input.userId, input.role) };
  }

  @Mutation(() => RemoveMemberPayload, { description: 'Ends a membership. Errors: CANNOT_GRANT, LAST_OWNER.' })
  @Requires('members.manage', 'input.organizationId')
  async removeMember(
    @CurrentActor() actor: Actor,
    @Args('input') input: RemoveMemberInput,
  ): Promise<RemoveMemberPayload> {
    return { member: await this.memberships.remove(actor, input.organizationId, input.userId) };
  }

  @Mutation(() => LeaveOrganizationPayload, { description: "Ends the caller's own membership. Errors: LAST_OWNER." })
  @Requires('organization.read', 'input.organizationId')
  async leaveOrganization(
    @CurrentActor() actor: Actor,
    @Args('input') input: LeaveOrganizationInput,
  ): Promise<LeaveOrganizationPayload> {
    return { member: await this.memberships.leave(actor, input.organizationId) };
  }

  @ResolveField(() => User, { description: 'The person.' })
  @Public('a member is shown only to those who may read members')
  user(@Parent() member: Member): Promise<UserFacts> {
    return this.users.load(member.userId);
  }
}

@Resolver(() => Organization)
export class OrganizationMembersResolver {
  constructor(private readonly members: MemberService) {}

  @ResolveField(() => MemberConnection, { name: 'members', description: 'Who belongs to it.' })
  @Requires('members.read', 'parent.id')
  list(
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<Member>> {
    return this.members.list(organization.id, { first, after });
  }
}
