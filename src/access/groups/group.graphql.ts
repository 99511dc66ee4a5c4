import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import {
  groupSources,
  type Group as GroupFacts,
  type GroupMember as GroupMemberFacts,
  type GroupSource as Source,
} from './group.types.js';

export const GroupSource = Object.fromEntries(groupSources.map((source) => [source, source])) as { [S in Source]: S };

registerEnumType(GroupSource, {
  name: 'GroupSource',
  description: 'Who says what a group is called and who is in it.',
  valuesMap: {
    ADMINISTRATOR: { description: 'Administrators of the organization, in here.' },
    SCIM: { description: 'The organization’s directory, over SCIM. Administrators grant it roles, and may detach it.' },
  },
});

@ObjectType({ description: 'Members who have the same roles: what is granted to a group, each of them has.' })
export class Group implements GroupFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  organizationId!: string;

  @Field(() => String, { description: 'Its name, unique in the organization.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description!: string | null;

  @Field(() => GroupSource, { description: 'Who says what it is called and who is in it.' })
  source!: Source;

  @Field(() => String, { nullable: true, description: 'What the directory calls it.' })
  externalId!: string | null;

  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When its name, its description or its members last changed.' })
  updatedAt!: Date;
}

export const GroupConnection = connectionType(Group, 'Group');

@ObjectType({ description: 'A member of the organization in a group.' })
export class GroupMember implements GroupMemberFacts {
  /** The person, by id; the `user` field is read for a whole page at once. */
  userId!: string;

  @Field(() => Date, { description: 'When they were added.' })
  addedAt!: Date;
}

export const GroupMemberConnection = connectionType(GroupMember, 'GroupMember');

@InputType({ description: 'A new group.' })
export class CreateGroupInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => String, { description: 'Its name, 1 to 100 characters, unique in the organization.' })
  @IsString()
  @Length(1, 100)
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 300 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  description?: string | null;
}

@ObjectType({ description: 'What creating a group gives.' })
export class CreateGroupPayload {
  @Field(() => Group, { description: 'The new group, with no members and no roles.' })
  group!: GroupFacts;
}

@InputType({ isAbstract: true })
abstract class OfGroupInput extends MutationInput {
  @Field(() => ID, { description: 'The group.' })
  @IsString()
  @MaxLength(100)
  groupId!: string;
}

@InputType({ description: 'What to change of a group; what is not given stays.' })
export class UpdateGroupInput extends OfGroupInput {
  @Field(() => String, { nullable: true, description: 'Its new name, 1 to 100 characters.' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 300 characters; null takes it away.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  description?: string | null;
}

@ObjectType({ description: 'What changing a group gives.' })
export class UpdateGroupPayload {
  @Field(() => Group, { description: 'The group as it is now.' })
  group!: GroupFacts;
}

@InputType({ description: 'The group to delete.' })
export class DeleteGroupInput extends OfGroupInput {}

@ObjectType({ description: 'What deleting a group gives.' })
export class DeleteGroupPayload {
  @Field(() => Group, { description: 'The group as it was.' })
  group!: GroupFacts;
}

@InputType({ description: 'Who is to be in a group.' })
export class AddGroupMemberInput extends OfGroupInput {
  @Field(() => ID, { description: 'The member of the organization.' })
  @IsString()
  @MaxLength(100)
  userId!: string;
}

@ObjectType({ description: 'What adding a member to a group gives.' })
export class AddGroupMemberPayload {
  @Field(() => Group, { description: 'The group.' })
  group!: GroupFacts;
}

@InputType({ description: 'Who is to be in a group no more.' })
export class RemoveGroupMemberInput extends OfGroupInput {
  @Field(() => ID, { description: 'The member of the organization.' })
  @IsString()
  @MaxLength(100)
  userId!: string;
}

@ObjectType({ description: 'What removing a member from a group gives.' })
export class RemoveGroupMemberPayload {
  @Field(() => Group, { description: 'The group.' })
  group!: GroupFacts;
}

@InputType({ description: 'The group to take from the directory.' })
export class DetachGroupInput extends MutationInput {
  @Field(() => ID, { description: 'The group.' })
  @IsString()
  @MaxLength(100)
  groupId!: string;
}

@ObjectType({ description: 'What detaching a group gives.' })
export class DetachGroupPayload {
  @Field(() => Group, { description: 'The group as it is now.' })
  group!: GroupFacts;
}
