import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Member } from './member.graphql.js';

@InputType({ isAbstract: true })
abstract class SsoExceptionInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The member.' })
  @IsString()
  userId!: string;
}

@InputType({ description: 'A member with a foreign address who is to enter although single sign-on is enforced.' })
export class GrantSsoExceptionInput extends SsoExceptionInput {
  @Field(() => String, { description: 'Why, for who reads the trail: at most 500 characters.' })
  @IsString()
  @MaxLength(500)
  reason!: string;
}

@ObjectType({ description: 'What an exception for a guest gives.' })
export class GrantSsoExceptionPayload {
  @Field(() => Member, { description: 'The member as they are now.' })
  member!: Member;
}

@InputType({ description: 'A guest who is to enter by single sign-on or not at all.' })
export class RevokeSsoExceptionInput extends SsoExceptionInput {}

@ObjectType({ description: 'What the end of an exception gives.' })
export class RevokeSsoExceptionPayload {
  @Field(() => Member, { description: 'The member as they are now.' })
  member!: Member;
}
