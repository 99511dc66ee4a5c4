import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { Member } from '../../organizations/members/member.graphql.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { Factor as FactorFacts, FactorKind } from './second-factor.types.js';

@ObjectType({ description: 'What a person can prove besides a password. It is set up at `/account/second-factor`.' })
export class SecondFactor implements FactorFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, {
    description: '`totp` for the codes of an authenticator app, or `passkey`, which also signs in alone.',
  })
  kind!: FactorKind;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => Date, { description: 'When it was set up.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was last proven; null for not since it was set up.' })
  lastUsedAt!: Date | null;
}

@InputType({ description: 'A member who has lost their second factors.' })
export class ResetSecondFactorsInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The member; not oneself.' })
  @IsString()
  userId!: string;
}

@ObjectType({ description: 'What taking off second factors gives.' })
export class ResetSecondFactorsPayload {
  @Field(() => Member, { description: 'The member, who has no second factor and no session any more.' })
  member!: Member;
}
