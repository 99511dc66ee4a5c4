import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { contentsOf, planNames } from '../../policy/plans.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import { Entitlements, Plan, UpdateOrganizationPlanInput, UpdateOrganizationPlanPayload } from './plan.graphql.js';
import { PlanService } from './plan.service.js';

@Resolver(() => Organization)
export class PlanResolver {
  constructor(private readonly service: PlanService) {}

  @Query(() => [Plan], { description: 'What an organization can book, and what each plan includes.' })
  @Public('a list of what there is to book tells of nobody')
  plans(): Plan[] {
    return planNames.map((name) => ({ name, ...contentsOf(name) }));
  }

  @ResolveField(() => Entitlements, { description: 'What it may use, and how much of it is in use.' })
  @Requires('members.read', 'parent.id')
  entitlements(@Parent() organization: OrganizationFacts): Promise<Entitlements> {
    return this.service.entitlementsOf(organization);
  }

  @Mutation(() => UpdateOrganizationPlanPayload, {
    description:
      'Books another plan for an organization, or another number of seats. For instance administrators. ' +
      'Errors: NOT_FOUND; PRECONDITION_FAILED where more seats are taken than there would be, and where single sign-on is in ' +
      'use and the plan has none (`connections` names them), or tokens of SCIM are and the plan has none (`scimTokens`).',
  })
  @Requires('instanceAdministrator')
  async updateOrganizationPlan(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, plan, seats = null }: UpdateOrganizationPlanInput,
  ): Promise<UpdateOrganizationPlanPayload> {
    return { organization: await this.service.change(actor, organizationId, { plan, seats }) };
  }
}
