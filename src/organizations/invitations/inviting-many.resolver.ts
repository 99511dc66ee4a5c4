import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { InviteMembersInput, InviteMembersPayload, type InvitationResult } from './inviting-many.graphql.js';
import { InvitingMany, type InvitingResult } from './inviting-many.service.js';

@Resolver()
export class InvitingManyResolver {
  constructor(private readonly inviting: InvitingMany) {}

  @Mutation(() => InviteMembersPayload, {
    description:
      'Invites up to 100 people, each for themselves: where one can’t be invited, `error` says why, and the others are all the ' +
      'same. An address that stands in the list twice is invited once. The codes are those of `inviteMember`. ' +
      'Errors of the whole: STEP_UP_REQUIRED where one is to be an owner, or gets an exception; nobody is invited then.',
  })
  @Requires('members.manage', 'input.organizationId')
  async inviteMembers(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, invitations }: InviteMembersInput,
  ): Promise<InviteMembersPayload> {
    return { results: (await this.inviting.invite(actor, organizationId, invitations)).map(toResult) };
  }
}

function toResult({ error, ...result }: InvitingResult): InvitationResult {
  if (error === null) return { ...result, error };
  const { code, message, fields } = error;
  return { ...result, error: { code, message, field: fields[0]?.field ?? null } };
}
