import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { TransferOwnershipInput, TransferOwnershipPayload } from './ownership.graphql.js';
import { OwnershipService } from './ownership.service.js';

@Resolver()
export class OwnershipResolver {
  constructor(private readonly ownership: OwnershipService) {}

  @Mutation(() => TransferOwnershipPayload, {
    description:
      'Makes another member an owner and the caller an administrator, at once. For an owner; other owners stay owners. ' +
      'Errors: FORBIDDEN; STEP_UP_REQUIRED; NOT_FOUND; VALIDATION_FAILED for oneself; PRECONDITION_FAILED for somebody whose ' +
      'account is deactivated.',
  })
  @Requires('members.manage', 'input.organizationId')
  async transferOwnership(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId }: TransferOwnershipInput,
  ): Promise<TransferOwnershipPayload> {
    return { member: await this.ownership.transfer(actor, organizationId, userId) };
  }
}
