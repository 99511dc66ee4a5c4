import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsString } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Role } from '../../policy/role.graphql.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { membershipSources, type MembershipSource as Source } from './member.types.js';

export const MembershipSource = Object.fromEntries(membershipSources.map((source) => [source, source])) as {
  [S in Source]: S;
};

registerEnumType(MembershipSource, {
  name: 'MembershipSource',
  description: 'How somebody became a member.',
  valuesMap: {
    CREATOR: { description: 'They created the organization.' },
    INVITATION: { description: 'They accepted an invitation.' },
    DEFAULT: { description: 'Configuration gives every new user a place there.' },
    ADMINISTRATOR: { description: 'An administrator created their account.' },
    CONFIGURATION: { description: 'The INIT_ settings of the first start.' },
    SSO: { description: 'They signed in through a connection that makes people members.' },
    SCIM: { description: 'The organization’s directory has sent them over SCIM.' },
  },
});

@ObjectType({ description: 'A person in an organization.' })
export class Member {
  /** The person, by id; the `user` field is read for a whole page at once. */
  userId!: string;

  @Field(() => Role, { description: 'What they may do, unless a project says otherwise.' })
  role!: BuiltInRole;

  @Field(() => Date, { description: 'When they became a member.' })
  joinedAt!: Date;

  @Field(() => MembershipSource, { description: 'How they became a member.' })
  source!: Source;

  @Field(() => Boolean, {
    description: 'Whether this owner may sign in past single sign-on that is enforced, with a second factor.',
  })
  breakGlass!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether this guest enters although single sign-on is enforced. In vain for who can sign in through it.',
  })
  ssoException!: boolean;
}

export const MemberConnection = connectionType(Member, 'Member');

@InputType({ description: "A member's new role." })
export class UpdateMemberRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The member.' })
  @IsString()
  userId!: string;

  @Field(() => Role, { description: 'The new role; nobody grants one above their own.' })
  @IsIn(Object.values(Role))
  role!: BuiltInRole;
}

@ObjectType({ description: "What changing a member's role gives." })
export class UpdateMemberRolePayload {
  @Field(() => Member, { description: 'The member as they are now.' })
  member!: Member;
}

@InputType({ description: 'The member to remove.' })
export class RemoveMemberInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The member.' })
  @IsString()
  userId!: string;
}

@ObjectType({ description: 'What removing a member gives.' })
export class RemoveMemberPayload {
  @Field(() => Member, { description: 'The member as they were.' })
  member!: Member;
}

@InputType({ description: 'The organization to leave.' })
export class LeaveOrganizationInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;
}

@ObjectType({ description: 'What leaving an organization gives.' })
export class LeaveOrganizationPayload {
  @Field(() => Member, { description: 'The caller as the member that they were.' })
  member!: Member;
}
