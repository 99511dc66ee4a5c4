import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsBoolean, IsInt, IsOptional, IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { SecurityPolicy as SecurityPolicyFacts } from './security-policy.types.js';

@ObjectType({ description: 'What an organization asks of the sign-ins and sessions of its members.' })
export class SecurityPolicy implements Omit<SecurityPolicyFacts, 'organizationId'> {
  @Field(() => Boolean, {
    description: 'Whether members who sign in with a password must prove a second factor too.',
  })
  secondFactorRequired!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'How long a session of a member lasts at the most, in minutes; null for as long as the instance says.',
  })
  sessionMaxAgeMinutes!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long a session of a member lasts unused, in minutes; null for as long as the instance says.',
  })
  sessionIdleMinutes!: number | null;
}

@InputType({
  description: 'What to change of a security policy. What is left out stays as it was; null takes a limit away.',
})
export class UpdateSecurityPolicyInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a password alone is not enough. Whoever switches it on must have come in with more than that.',
  })
  @IsOptional()
  @IsBoolean()
  secondFactorRequired?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Minutes from 5 to 525600. Sessions that are open already are shortened too.',
  })
  @IsOptional()
  @IsInt()
  sessionMaxAgeMinutes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Minutes from 5 to 525600. Sessions that are open already are shortened too.',
  })
  @IsOptional()
  @IsInt()
  sessionIdleMinutes?: number | null;
}

@ObjectType({ description: 'What changing a security policy gives.' })
export class UpdateSecurityPolicyPayload {
  @Field(() => SecurityPolicy, { description: 'The policy as it is now.' })
  securityPolicy!: SecurityPolicyFacts;
}
