import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SsoConnection } from '../connections/sso-connection.graphql.js';
import { SsoConnectionLoader } from '../connections/sso-connection-loader.service.js';
import { SsoConnectionService } from '../connections/sso-connection.service.js';
import type { SsoConnection as ConnectionFacts } from '../connections/sso-connection.types.js';
import { SsoMembership, UpdateSsoMembershipInput, UpdateSsoMembershipPayload } from './membership-rule.graphql.js';
import { MembershipRuleService } from './membership-rule.service.js';
import { nobodyJoins, type MembershipRule } from './membership-rule.types.js';

@Resolver(() => SsoConnection)
export class MembershipRuleResolver {
  constructor(
    private readonly rules: MembershipRuleService,
    private readonly loader: SsoConnectionLoader,
  ) {}

  @Mutation(() => UpdateSsoMembershipPayload, {
    description:
      'Says who becomes a member by signing in through a connection, and with which role: nobody, or whoever is no member ' +
      'yet. Members keep their role whatever the provider says. ' +
      'Errors: CANNOT_GRANT, VALIDATION_FAILED, ENTITLEMENT_REQUIRED, STEP_UP_REQUIRED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async updateSsoMembership(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: UpdateSsoMembershipInput,
  ): Promise<UpdateSsoMembershipPayload> {
    return { connection: await this.rules.update(actor, scope.organizationId, input.connectionId, input) };
  }

  @ResolveField(() => SsoMembership, { description: 'Who becomes a member by signing in through it.' })
  @Public('a connection is shown only to those who may read the single sign-on of its organization')
  async membership(@Parent() { id }: ConnectionFacts): Promise<MembershipRule> {
    return (await this.loader.membershipOf(id)) ?? nobodyJoins;
  }
}
