import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsDate, IsOptional, IsString, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { GivenRole } from '../standing/standing.types.js';
import type { RoleGrant as RoleGrantFacts } from './role-grant.types.js';

@ObjectType({
  description:
    'A role that a member or a group has beside the role of a membership: it adds to that one. In a project where a member has ' +
    'a role of their own, what was granted in the organization does not count; and where that role is NONE, nothing does.',
})
export class RoleGrant implements RoleGrantFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  organizationId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The project that it counts in; null: the organization with all its projects.',
  })
  projectId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The member who has it; null where a group has.' })
  userId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The group whose members have it; null where one member has.' })
  groupId!: string | null;

  role!: GivenRole;

  @Field(() => Date, {
    nullable: true,
    description: 'When it ends by itself; null: not before somebody takes it back.',
  })
  expiresAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was granted.' })
  reason!: string | null;

  @Field(() => ID, { description: 'The id of the user or key that granted it last, or the kind of another actor.' })
  createdBy!: string;

  @Field(() => Date, { description: 'When that was.' })
  createdAt!: Date;
}

export const RoleGrantConnection = connectionType(RoleGrant, 'RoleGrant');

@InputType({ description: 'A role for a member or a group: exactly one of userId and groupId is given.' })
export class GrantRoleInput extends MutationInput {
  @Field(() => ID, { nullable: true, description: 'The organization, for it and all its projects.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  organizationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'One project instead.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The member.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The group.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  groupId?: string | null;

  @Field(() => ID, { description: 'ADMIN, MEMBER, VIEWER, or the id of a role of the organization’s own.' })
  @IsString()
  @MaxLength(100)
  roleId!: string;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; never, unless given.' })
  @IsOptional()
  @IsDate()
  expiresAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Why, for who reads the trail: at most 500 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string | null;
}

@ObjectType({ description: 'What granting a role gives.' })
export class GrantRolePayload {
  @Field(() => RoleGrant, { description: 'The grant.' })
  roleGrant!: RoleGrantFacts;
}

@InputType({ description: 'The grant to take back.' })
export class RevokeRoleGrantInput extends MutationInput {
  @Field(() => ID, { description: 'The grant.' })
  @IsString()
  @MaxLength(100)
  roleGrantId!: string;
}

@ObjectType({ description: 'What taking a role back gives.' })
export class RevokeRoleGrantPayload {
  @Field(() => RoleGrant, { description: 'The grant as it was.' })
  roleGrant!: RoleGrantFacts;
}
