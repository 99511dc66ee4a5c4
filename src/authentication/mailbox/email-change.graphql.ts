import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';

@InputType({ description: 'Another email for the caller.' })
export class ChangeEmailInput extends MutationInput {
  @Field(() => String, { description: 'The new address. It counts once the link that is mailed to it was followed.' })
  @IsString()
  @MaxLength(1_000)
  email!: string;
}

@ObjectType({ description: 'What asking for another email gives.' })
export class ChangeEmailPayload {
  @Field(() => User, { description: 'The caller, still with the email that they have.' })
  user!: UserFacts;
}
