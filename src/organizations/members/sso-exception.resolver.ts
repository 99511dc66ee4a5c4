import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import {
  GrantSsoExceptionInput,
  GrantSsoExceptionPayload,
  RevokeSsoExceptionInput,
  RevokeSsoExceptionPayload,
} from './sso-exception.graphql.js';
import { SsoExceptionService } from './sso-exception.service.js';

@Resolver()
export class SsoExceptionResolver {
  constructor(private readonly exceptions: SsoExceptionService) {}

  @Mutation(() => GrantSsoExceptionPayload, {
    description:
      'Lets a member with a foreign address enter although single sign-on is enforced. Good to have before it is. ' +
      'Errors: STEP_UP_REQUIRED; NOT_FOUND; VALIDATION_FAILED without a reason; PRECONDITION_FAILED for who can sign in ' +
      'through the connection.',
  })
  @Requires('ssoExceptions.manage', 'input.organizationId')
  async grantSsoException(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId, reason }: GrantSsoExceptionInput,
  ): Promise<GrantSsoExceptionPayload> {
    return { member: await this.exceptions.grant(actor, { organizationId, userId }, reason) };
  }

  @Mutation(() => RevokeSsoExceptionPayload, {
    description: 'Takes that back: it counts at the next request. Errors: STEP_UP_REQUIRED; NOT_FOUND.',
  })
  @Requires('ssoExceptions.manage', 'input.organizationId')
  async revokeSsoException(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, userId }: RevokeSsoExceptionInput,
  ): Promise<RevokeSsoExceptionPayload> {
    return { member: await this.exceptions.revoke(actor, { organizationId, userId }) };
  }
}
