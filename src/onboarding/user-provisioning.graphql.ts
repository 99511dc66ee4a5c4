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

  @Field(() => String, {
    nullable: true,
    description:
      'The hash of their password in the system that they come from: bcrypt (`$2a$`, `$2b$`, `$2y$`), scrypt ' +
      '(`$scrypt$ln=15,r=8,p=1$salt$hash`) or argon2id, in PHC string format. Replaced by one of ours at their first sign-in.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  passwordHash?: string;
}

@ObjectType({ description: 'What making an account gives.' })
export class CreateUserPayload {
  @Field(() => User, { description: 'The new account, which nobody has signed in to yet.' })
  user!: UserFacts;
}
