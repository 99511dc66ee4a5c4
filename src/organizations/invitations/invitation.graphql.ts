import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import {
  invitationStates,
  type Invitation as InvitationFacts,
  type InvitationState as State,
  type Offer,
} from './invitation.types.js';

export const InvitationState = Object.fromEntries(invitationStates.map((state) => [state, state])) as {
  [S in State]: S;
};

registerEnumType(InvitationState, {
  name: 'InvitationState',
  description: 'What has become of an invitation.',
  valuesMap: {
    OPEN: { description: 'It waits to be accepted.' },
    EXPIRED: { description: 'It was not accepted in time; sending it again opens it.' },
    ACCEPTED: { description: 'It was accepted, and works no more.' },
    REVOKED: { description: 'It was withdrawn, or replaced by a newer one.' },
  },
});

@ObjectType({ description: 'A place in an organization, offered by mail. The link in the mail is shown nowhere else.' })
export class Invitation implements Omit<InvitationFacts, 'organizationId' | 'invitedBy'> {
  /** The user who invited, or what else did; the `invitedBy` field is read for a whole page at once. */
  invitedBy!: string;

  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'Who is invited, in canonical form. Nobody with another address can accept.' })
  email!: string;

  @Field(() => Role, { description: 'The role in the organization that it gives.' })
  role!: BuiltInRole;

  @Field(() => ID, { nullable: true, description: 'The project in which another role is given, if one.' })
  projectId!: string | null;

  @Field(() => Role, { nullable: true, description: 'The role in that project.' })
  projectRole!: BuiltInRole | null;

  @Field(() => Boolean, { description: 'Whether an exception from single sign-on that is enforced comes with it.' })
  ssoException!: boolean;

  @Field(() => InvitationState, { description: 'What has become of it.' })
  state!: State;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When its link stops working.' })
  expiresAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was accepted.' })
  acceptedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was withdrawn or replaced.' })
  revokedAt!: Date | null;
}

export const InvitationConnection = connectionType(Invitation, 'Invitation');

@InputType({ description: 'Who to invite, and to what.' })
export class InviteMemberInput extends MutationInput implements Offer {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => String, { description: 'One email address.' })
  @IsString()
  @MaxLength(1000)
  email!: string;

  @Field(() => Role, { description: 'The role in the organization; nobody grants one above their own.' })
  @IsIn(Object.values(Role))
  role!: BuiltInRole;

  @Field(() => ID, {
    nullable: true,
    description: 'A project of the organization in which they get another role; with `projectRole`.',
  })
  @IsOptional()
  @IsString()
  projectId?: string | null;

  @Field(() => Role, {
    nullable: true,
    description: 'The role in that project, in place of the one in the organization.',
  })
  @IsOptional()
  @IsIn(Object.values(Role))
  projectRole?: BuiltInRole | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether this guest is to enter although single sign-on is enforced; who sets it holds `ssoExceptions.manage`.',
  })
  @IsOptional()
  @IsBoolean()
  ssoException?: boolean | null;
}

@ObjectType({ description: 'What inviting somebody gives.' })
export class InviteMemberPayload {
  @Field(() => Invitation, { description: 'The invitation; its mail is on the way.' })
  invitation!: InvitationFacts;
}

@InputType({ description: 'The invitation to accept.' })
export class AcceptInvitationInput extends MutationInput {
  @Field(() => String, { description: "The token in the mail's link." })
  @IsString()
  @MaxLength(200)
  token!: string;
}

@ObjectType({ description: 'What accepting an invitation gives.' })
export class AcceptInvitationPayload {
  @Field(() => Invitation, { description: 'The invitation, now used.' })
  invitation!: InvitationFacts;

  @Field(() => Organization, { description: 'The organization that the caller is now a member of.' })
  organization!: OrganizationFacts;
}

@InputType({ description: 'The invitation to withdraw.' })
export class RevokeInvitationInput extends MutationInput {
  @Field(() => ID, { description: 'The invitation.' })
  @IsString()
  invitationId!: string;
}

@ObjectType({ description: 'What withdrawing an invitation gives.' })
export class RevokeInvitationPayload {
  @Field(() => Invitation, { description: 'The invitation, now withdrawn.' })
  invitation!: InvitationFacts;
}

@InputType({ description: 'The invitation to send again.' })
export class ResendInvitationInput extends MutationInput {
  @Field(() => ID, { description: 'The invitation.' })
  @IsString()
  invitationId!: string;
}

@ObjectType({ description: 'What sending an invitation again gives.' })
export class ResendInvitationPayload {
  @Field(() => Invitation, { description: 'The invitation with its new end; a new mail is on the way.' })
  invitation!: InvitationFacts;
}
