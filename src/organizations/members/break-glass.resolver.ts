import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import {
  GrantBreakGlassInput,
  GrantBreakGlassPayload,
  RevokeBreakGlassInput,
  RevokeBreakGlassPayload,
} from './break-glass.graphql.js';
import { BreakGlassService } from './break-glass.service.js';

@Resolver()
export class BreakGlassResolver {
  constructor(private readonly breakGlass: BreakGlassService) {}

  @Mutation(() => GrantBreakGlassPayload, {
    description:
      'Lets an owner sign in with password and second factor, or with a passkey, although single sign-on is enforced: for when the ' +
      'identity provider is broken. Every owner is told by mail when it happens. ' +
      'Errors: STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for a member who is no owner.',
  })
  @Requires('breakGlass.manage', 'input.organizationId')
  async grantBreakGlass(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId }: GrantBreakGlassInput,
  ): Promise<GrantBreakGlassPayload> {
    return { member: await this.breakGlass.grant(actor, organizationId, userId) };
  }

  @Mutation(() => RevokeBreakGlassPayload, {
    description: 'Takes that back. Sessions that are open stay. Errors: STEP_UP_REQUIRED; NOT_FOUND.',
  })
  @Requires('breakGlass.manage', 'input.organizationId')
  async revokeBreakGlass(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId }: RevokeBreakGlassInput,
  ): Promise<RevokeBreakGlassPayload> {
    return { member: await this.breakGlass.revoke(actor, organizationId, userId) };
  }
}
