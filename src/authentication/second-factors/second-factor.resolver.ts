import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '../../access/viewer.graphql.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { FactorResetService } from './factor-reset.service.js';
import { ResetSecondFactorsInput, ResetSecondFactorsPayload, SecondFactor } from './second-factor.graphql.js';
import { SecondFactorService } from './second-factor.service.js';
import type { Factor } from './second-factor.types.js';

const ownBusiness = 'the viewer asks about themselves';

@Resolver(() => Viewer)
export class SecondFactorResolver {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly resets: FactorResetService,
  ) {}

  @ResolveField(() => [SecondFactor], {
    description: 'What they can prove besides a password; empty for anybody but a person.',
  })
  @Public(ownBusiness)
  async secondFactors(@Parent() { kind, id }: Viewer): Promise<readonly Factor[]> {
    return kind === 'user' ? (await this.factors.listOf(id)).list : [];
  }

  @ResolveField(() => Int, { description: 'How many of their recovery codes are still good.' })
  @Public(ownBusiness)
  async recoveryCodesLeft(@Parent() { kind, id }: Viewer): Promise<number> {
    return kind === 'user' ? (await this.factors.listOf(id)).recoveryCodesLeft : 0;
  }

  @Mutation(() => ResetSecondFactorsPayload, {
    description:
      'Takes off the second factors of a member who has lost them, ends their sessions, and tells them by mail. Their email lies ' +
      'in a verified domain of the organization, or they belong to no other: otherwise an instance administrator does it. ' +
      'Errors: STEP_UP_REQUIRED, NOT_FOUND, FORBIDDEN.',
  })
  @Requires('secondFactors.reset', 'input.organizationId')
  async resetSecondFactors(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId }: ResetSecondFactorsInput,
  ): Promise<ResetSecondFactorsPayload> {
    return { member: await this.resets.reset(actor, organizationId, userId) };
  }
}
