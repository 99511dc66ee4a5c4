import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '../../access/viewer.graphql.js';
import type { Caller } from '../../policy/current.decorators.js';
import { CurrentCaller } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Identity, UnlinkIdentityInput, UnlinkIdentityPayload } from './identity.graphql.js';
import { SignInMethodsService, type LinkedIdentity } from './sign-in-methods.service.js';
import { UnlinkingService } from './unlinking.service.js';

@Resolver(() => Viewer)
export class IdentityResolver {
  constructor(
    private readonly methods: SignInMethodsService,
    private readonly unlinking: UnlinkingService,
  ) {}

  @ResolveField(() => [Identity], {
    description: 'The providers and connections by which the person signs in, oldest first; empty for anybody else.',
  })
  @Public('the viewer asks about themselves')
  async identities(@Parent() { kind, id }: Viewer): Promise<LinkedIdentity[]> {
    return kind === 'user' ? this.methods.identitiesOf(id) : [];
  }

  @Mutation(() => UnlinkIdentityPayload, {
    description:
      'Takes one of the caller’s identities away, and ends the other sessions that it has opened. ' +
      'Errors: STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for the only way by which they can sign in.',
  })
  @Requires('user')
  async unlinkIdentity(
    @CurrentCaller() { actor, sessionId }: Caller,
    @Args('input') { identityId }: UnlinkIdentityInput,
  ): Promise<UnlinkIdentityPayload> {
    return { identity: await this.unlinking.unlink(actor, sessionId, identityId) };
  }
}
