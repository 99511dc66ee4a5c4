import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';

@InputType({ isAbstract: true })
abstract class UserInput extends MutationInput {
  @Field(() => ID, { description: 'The person.' })
  @IsString()
  userId!: string;
}

@InputType({ description: 'Whose account is to let nobody in.' })
export class DeactivateUserInput extends UserInput {}

@ObjectType({ description: 'What deactivating an account gives.' })
export class DeactivateUserPayload {
  @Field(() => User, { description: 'The person as they are now.' })
  user!: UserFacts;
}

@InputType({ description: 'Whose account is to let them in again.' })
export class ActivateUserInput extends UserInput {}

@ObjectType({ description: 'What activating an account gives.' })
export class ActivateUserPayload {
  @Field(() => User, { description: 'The person as they are now.' })
  user!: UserFacts;
}

@InputType({ description: 'Whose account is to be deleted, for good.' })
export class DeleteUserInput extends UserInput {}

@ObjectType({ description: 'What deleting an account gives.' })
export class DeleteUserPayload {
  @Field(() => User, { description: 'The person as they were.' })
  user!: UserFacts;
}
