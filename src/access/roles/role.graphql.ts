import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { BuiltInRole, Permission } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import type { RoleDefinition as RoleDefinitionFacts } from './role.types.js';

@ObjectType({ description: 'A role and what it gives: a built-in one, or one of the organization’s own.' })
export class RoleDefinition implements RoleDefinitionFacts {
  @Field(() => ID, { description: 'What `grantRole` takes. A built-in role has its name for an id.' })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description!: string | null;

  @Field(() => Role, { nullable: true, description: 'Which of the built-in roles it is; null for one of their own.' })
  builtIn!: BuiltInRole | null;

  @Field(() => [ID], { description: 'What it gives in the organization.' })
  organizationPermissions!: Permission[];

  @Field(() => [ID], { description: 'What it gives in a project.' })
  projectPermissions!: Permission[];
}

const most = 'permissions must be at most 200.';

@InputType({ description: 'A new role of the organization’s own.' })
export class CreateRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => String, {
    description: 'Its name, 1 to 60 characters: unique in the organization, and no built-in role’s.',
  })
  @IsString()
  @Length(1, 60)
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 300 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  description?: string | null;

  @Field(() => [String], {
    description:
      'What it gives, by the names that `permissions` has. Those of projects count in each project where it is granted.',
  })
  @IsArray()
  @ArrayMaxSize(200, { message: most })
  @IsString({ each: true })
  permissions!: string[];
}

@ObjectType({ description: 'What creating a role gives.' })
export class CreateRolePayload {
  @Field(() => RoleDefinition, { description: 'The new role.' })
  role!: RoleDefinitionFacts;
}

@InputType({ description: 'What to change of a role; what is not given stays.' })
export class UpdateRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The role.' })
  @IsString()
  @MaxLength(100)
  roleId!: string;

  @Field(() => String, { nullable: true, description: 'Its new name, 1 to 60 characters.' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 300 characters; null takes it away.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'All that it gives from now on.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200, { message: most })
  @IsString({ each: true })
  permissions?: string[] | null;
}

@ObjectType({ description: 'What changing a role gives.' })
export class UpdateRolePayload {
  @Field(() => RoleDefinition, { description: 'The role as it is now.' })
  role!: RoleDefinitionFacts;
}

@InputType({ description: 'The role to delete.' })
export class DeleteRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The role.' })
  @IsString()
  @MaxLength(100)
  roleId!: string;
}

@ObjectType({ description: 'What deleting a role gives.' })
export class DeleteRolePayload {
  @Field(() => RoleDefinition, { description: 'The role as it was.' })
  role!: RoleDefinitionFacts;
}
