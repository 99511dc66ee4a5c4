import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsString, ValidateNested } from 'class-validator';
import type { ErrorCode } from '../../platform/errors/app-error.js';
import { ErrorCodeEnum } from '../../platform/graphql/error-code.enum.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import { Member } from './member.graphql.js';

const MOST = 100;

@InputType({ description: 'One of the members, and their new role.' })
export class MemberRoleChangeInput {
  @Field(() => ID, { description: 'The member.' })
  @IsString()
  userId!: string;

  @Field(() => Role, { description: 'The new role; nobody grants one above their own.' })
  @IsIn(Object.values(Role))
  role!: BuiltInRole;
}

@InputType({ description: 'Which members get which roles.' })
export class UpdateMemberRolesInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => [MemberRoleChangeInput], { description: `1 to ${MOST}; made in their order.` })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => MemberRoleChangeInput)
  changes!: MemberRoleChangeInput[];
}

@InputType({ description: 'The members to remove.' })
export class RemoveMembersInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => [ID], { description: `1 to ${MOST}; removed in their order.` })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST)
  @IsString({ each: true })
  userIds!: string[];
}

@ObjectType({ description: 'Why nothing was done with a member, as the mutation for one would have told it.' })
export class MemberProblem {
  @Field(() => ErrorCodeEnum, { description: 'The code.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'What happened, in words for a person.' })
  message!: string;
}

@ObjectType({ description: 'What became of one member of a list.' })
export class MemberResult {
  @Field(() => ID, { description: 'The member, as given.' })
  userId!: string;

  @Field(() => Member, { nullable: true, description: 'With the new role; or, where removed, as they were.' })
  member!: Member | null;

  @Field(() => MemberProblem, { nullable: true, description: 'Null where it was done.' })
  error!: MemberProblem | null;
}

@ObjectType({ description: 'What changing the roles of a list of members gives.' })
export class UpdateMemberRolesPayload {
  @Field(() => [MemberResult], { description: 'One for each change, in their order.' })
  results!: MemberResult[];
}

@ObjectType({ description: 'What removing a list of members gives.' })
export class RemoveMembersPayload {
  @Field(() => [MemberResult], { description: 'One for each member, in their order.' })
  results!: MemberResult[];
}
