import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import { ConfigureSsoPayload } from '../connections/sso-mutation.graphql.js';
import type { MembershipWish } from './membership-rule.service.js';
import type { GroupRole as GroupRoleFacts, JoiningRole, MembershipRule } from './membership-rule.types.js';

@ObjectType({ description: 'The role of those whom the provider counts to a group.' })
export class SsoGroupRole implements GroupRoleFacts {
  @Field(() => String, { description: 'The group, to the letter as the provider sends it: a name, or an id.' })
  group!: string;

  @Field(() => Role, { description: 'The role in the organization.' })
  role!: JoiningRole;
}

@ObjectType({ description: 'Who becomes a member of the organization by signing in through its connection.' })
export class SsoMembership implements MembershipRule {
  @Field(() => Boolean, {
    description:
      'Whether signing in makes somebody a member who is none, and has not been one. Off: members come by invitation.',
  })
  justInTime!: boolean;

  @Field(() => Role, { description: 'The role of whoever is in none of the groups.' })
  defaultRole!: JoiningRole;

  @Field(() => String, { description: 'The claim that names a person’s groups.' })
  groupsClaim!: string;

  @Field(() => [SsoGroupRole], { description: 'The roles by group: the first that fits counts.' })
  groupRoles!: readonly SsoGroupRole[];
}

@InputType({ description: 'A group of the provider, and the role of those in it.' })
export class SsoGroupRoleInput {
  @Field(() => String, { description: 'The group, to the letter as the provider sends it; Entra ID sends ids.' })
  @IsString()
  @Length(1, 200)
  group!: string;

  @Field(() => Role, { description: 'The role; nobody grants one above their own, and OWNER can’t be given.' })
  @IsIn(Object.values(Role))
  role!: BuiltInRole;
}

@InputType({ description: 'Who is to become a member by signing in. What is left out stays as it was.' })
export class UpdateSsoMembershipInput extends MutationInput implements MembershipWish {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;

  @Field(() => Boolean, { description: 'Whether signing in makes somebody a member who is none.' })
  @IsBoolean()
  justInTime!: boolean;

  @Field(() => Role, {
    nullable: true,
    description: 'The role of whoever is in none of the groups; VIEWER at first. OWNER can’t be given.',
  })
  @IsOptional()
  @IsIn(Object.values(Role))
  defaultRole?: BuiltInRole | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The claim that names a person’s groups; `groups` at first. Looked for by its whole name, then as a path such as ' +
      '`realm_access.roles`.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  groupsClaim?: string | null;

  @Field(() => [SsoGroupRoleInput], {
    nullable: true,
    description:
      'The roles by group, at most 100, in the order in which they are tried: all of them, in place of those before.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => SsoGroupRoleInput)
  groupRoles?: SsoGroupRoleInput[] | null;
}

@ObjectType({ description: 'What setting who becomes a member gives.' })
export class UpdateSsoMembershipPayload extends ConfigureSsoPayload {}
