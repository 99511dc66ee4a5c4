import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Member } from './member.graphql.js';

@InputType({ isAbstract: true })
abstract class BreakGlassInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The owner.' })
  @IsString()
  userId!: string;
}

@InputType({ description: 'An owner who is to get in on the day when single sign-on is broken.' })
export class GrantBreakGlassInput extends BreakGlassInput {}

@ObjectType({ description: 'What letting an owner past single sign-on gives.' })
export class GrantBreakGlassPayload {
  @Field(() => Member, { description: 'The member as they are now.' })
  member!: Member;
}

@InputType({ description: 'An owner who is to sign in through single sign-on as everybody else.' })
export class RevokeBreakGlassInput extends BreakGlassInput {}

@ObjectType({ description: 'What not letting an owner past single sign-on gives.' })
export class RevokeBreakGlassPayload {
  @Field(() => Member, { description: 'The member as they are now.' })
  member!: Member;
}
