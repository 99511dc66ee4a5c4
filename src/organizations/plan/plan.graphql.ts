import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { planNames, type Plan as PlanName } from '../../policy/plans.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import type { Entitlements as EntitlementFacts } from './plan.types.js';

@ObjectType({ description: 'What an organization can book.' })
export class Plan {
  @Field(() => String, { description: 'As `Organization.plan` names it.' })
  name!: PlanName;

  @Field(() => Boolean, { description: 'Whether single sign-on is included.' })
  sso!: boolean;

  @Field(() => Boolean, { description: 'Whether provisioning by a directory (SCIM) is included.' })
  scim!: boolean;

  @Field(() => Int, { nullable: true, description: 'How many people fit in; null for as many as come.' })
  seats!: number | null;
}

@ObjectType({ description: 'What an organization may use, and how much of it is in use.' })
export class Entitlements implements EntitlementFacts {
  @Field(() => Boolean, { description: 'Whether its plan includes single sign-on.' })
  sso!: boolean;

  @Field(() => Boolean, { description: 'Whether its plan includes provisioning by a directory (SCIM).' })
  scim!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many people it has room for: what was set for it, else what its plan has; null for as many as come.',
  })
  seats!: number | null;

  @Field(() => Int, {
    description: 'How many seats are taken: one by each member, and one by each invitation that waits.',
  })
  seatsUsed!: number;
}

@InputType({ description: 'What an organization is to have booked from now on.' })
export class UpdateOrganizationPlanInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => String, { description: 'The plan, by its name in `plans`.' })
  @IsIn(planNames)
  plan!: PlanName;

  @Field(() => Int, {
    nullable: true,
    description: 'How many people it has room for; as many as the plan has, unless given.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  seats?: number | null;
}

@ObjectType({ description: "What changing an organization's plan gives." })
export class UpdateOrganizationPlanPayload {
  @Field(() => Organization, { description: 'The organization as it is now.' })
  organization!: OrganizationFacts;
}
