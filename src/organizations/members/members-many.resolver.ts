import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import {
  RemoveMembersInput,
  RemoveMembersPayload,
  UpdateMemberRolesInput,
  UpdateMemberRolesPayload,
  type MemberResult,
} from './members-many.graphql.js';
import { MembersMany, type MemberOutcome } from './members-many.service.js';

@Resolver()
export class MembersManyResolver {
  constructor(private readonly many: MembersMany) {}

  @Mutation(() => UpdateMemberRolesPayload, {
    description:
      'Changes the roles of up to 100 members, each for themselves: where one can’t be changed, `error` says why. The codes are ' +
      'those of `updateMemberRole`. Errors of the whole: STEP_UP_REQUIRED where an owner is made or unmade; nothing is changed then.',
  })
  @Requires('members.manage', 'input.organizationId')
  async updateMemberRoles(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, changes }: UpdateMemberRolesInput,
  ): Promise<UpdateMemberRolesPayload> {
    return { results: (await this.many.changeRoles(actor, organizationId, changes)).map(toResult) };
  }

  @Mutation(() => RemoveMembersPayload, {
    description:
      'Ends up to 100 memberships, each for itself: where one can’t be ended, `error` says why. The codes are those of ' +
      '`removeMember`. Errors of the whole: STEP_UP_REQUIRED where one is an owner; nobody is removed then.',
  })
  @Requires('members.manage', 'input.organizationId')
  async removeMembers(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userIds }: RemoveMembersInput,
  ): Promise<RemoveMembersPayload> {
    return { results: (await this.many.remove(actor, organizationId, userIds)).map(toResult) };
  }
}

const toResult = ({ userId, member, error }: MemberOutcome): MemberResult => ({
  userId,
  member: member,
  error: error && { code: error.code, message: error.message },
});
