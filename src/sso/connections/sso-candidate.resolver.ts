import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import {
  DiscardSsoCandidateInput,
  DiscardSsoCandidatePayload,
  PromoteSsoCandidateInput,
  PromoteSsoCandidatePayload,
} from './sso-candidate.graphql.js';
import { SsoCandidateService } from './sso-candidate.service.js';
import { SsoCandidate, SsoConnection } from './sso-connection.graphql.js';
import { SsoConnectionLoader } from './sso-connection-loader.service.js';
import { SsoConnectionService } from './sso-connection.service.js';
import type { SsoCandidate as CandidateFacts, SsoConnection as ConnectionFacts } from './sso-connection.types.js';

@Resolver(() => SsoConnection)
export class SsoCandidateResolver {
  constructor(
    private readonly candidates: SsoCandidateService,
    private readonly loader: SsoConnectionLoader,
  ) {}

  @Mutation(() => PromoteSsoCandidatePayload, {
    description:
      'The candidate takes over, its secret included, and the settings until now become the candidate: promoting again is the ' +
      'way back. It must have passed a test sign-in unless `skipTest` is given. ' +
      'Errors: PRECONDITION_FAILED, STEP_UP_REQUIRED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async promoteSsoCandidate(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') { connectionId, skipTest }: PromoteSsoCandidateInput,
  ): Promise<PromoteSsoCandidatePayload> {
    const connection = await this.candidates.promote(actor, scope.organizationId, connectionId, skipTest ?? false);
    return { connection };
  }

  @Mutation(() => DiscardSsoCandidatePayload, {
    description:
      'Throws the candidate away, its secret included. The connection stays as it is. Errors: PRECONDITION_FAILED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async discardSsoCandidate(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: DiscardSsoCandidateInput,
  ): Promise<DiscardSsoCandidatePayload> {
    return { connection: await this.candidates.discard(actor, scope.organizationId, input.connectionId) };
  }

  @ResolveField(() => SsoCandidate, {
    nullable: true,
    description: 'Settings that wait to take over. Made when an enforced connection is changed.',
  })
  @Public('a connection is shown only to those who may read the single sign-on of its organization')
  candidate(@Parent() { id }: ConnectionFacts): Promise<CandidateFacts | null> {
    return this.loader.candidateOf(id);
  }
}
