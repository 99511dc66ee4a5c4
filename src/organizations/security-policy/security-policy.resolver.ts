import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import { SecurityPolicy, UpdateSecurityPolicyInput, UpdateSecurityPolicyPayload } from './security-policy.graphql.js';
import { SecurityPolicyService } from './security-policy.service.js';
import type { SecurityPolicy as SecurityPolicyFacts } from './security-policy.types.js';

@Resolver(() => Organization)
export class SecurityPolicyResolver {
  constructor(private readonly policies: SecurityPolicyService) {}

  @ResolveField(() => SecurityPolicy, { description: 'What it asks of the sign-ins and sessions of its members.' })
  @Requires('organization.read', 'parent.id')
  securityPolicy(@Parent() { id }: OrganizationFacts): Promise<SecurityPolicyFacts> {
    return this.policies.policyOf(id);
  }

  @Mutation(() => UpdateSecurityPolicyPayload, {
    description:
      'Changes what an organization asks of the sign-ins and sessions of its members. It counts at once, for open sessions too. ' +
      'Errors: STEP_UP_REQUIRED; PRECONDITION_FAILED for who asks for a second factor without having one; VALIDATION_FAILED.',
  })
  @Requires('securityPolicy.manage', 'input.organizationId')
  async updateSecurityPolicy(
    @CurrentActor() actor: Actor,
    @Args('input')
    { organizationId, secondFactorRequired, sessionMaxAgeMinutes, sessionIdleMinutes }: UpdateSecurityPolicyInput,
  ): Promise<UpdateSecurityPolicyPayload> {
    const change = {
      ...(typeof secondFactorRequired === 'boolean' ? { secondFactorRequired } : {}),
      ...(sessionMaxAgeMinutes === undefined ? {} : { sessionMaxAgeMinutes }),
      ...(sessionIdleMinutes === undefined ? {} : { sessionIdleMinutes }),
    };
    return { securityPolicy: await this.policies.update(actor, organizationId, change) };
  }
}
