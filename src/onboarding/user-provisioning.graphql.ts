import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import type { BuiltInRole } from '../policy/permissions.js';
import { Role } from '../policy/role.graphql.js';
import { User } from '../users/user.graphql.js';
import type { User as UserFacts } from '../users/user.types.js';

@InputType({ description: 'An account made before its person arrives.' })
export class CreateUserInput extends MutationInput {
  @Field(() => String, { description: 'The email that the person will prove.' })
  @IsString()
  @MaxLength(1_000)
  email!: string;

  @Field(() => String, { nullable: true, description: 'The name to show; the part before the @ unless given.' })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string;

  @Field(() => ID, { nullable: true, description: 'An organization that the person is to belong to.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  organizationId?: string;

  @Field(() => Role, { nullable: true, description: 'Their role there; `DEFAULT_ORGANIZATION_ROLE` unless given.' })
  @IsOptional()
  @IsIn(Object.values(Role))
  role?: BuiltInRole;
}

@ObjectType({ description: 'What making an account gives.' })
export class CreateUserPayload {
  @Field(() => User, { description: 'The new account, which nobody has signed in to yet.' })
  user!: UserFacts;
}
