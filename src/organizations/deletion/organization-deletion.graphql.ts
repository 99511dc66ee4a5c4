import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import type { DeletedThing } from './deletion.types.js';

@ObjectType({ description: 'An organization that was deleted and can still be brought back.' })
export class DeletedOrganization implements DeletedThing {
  @Field(() => ID, { description: 'The id that it had, and has again once it is back.' })
  id!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { description: 'The name that it had in addresses.' })
  slug!: string;

  @Field(() => Date, { description: 'When it was deleted.' })
  deletedAt!: Date;

  @Field(() => String, { description: 'Who deleted it, as the audit trail calls them: an email, a public key.' })
  deletedBy!: string;

  @Field(() => Date, { description: 'When it is gone for good.' })
  goneAt!: Date;
}

export const DeletedOrganizationConnection = connectionType(DeletedOrganization, 'DeletedOrganization');

@InputType({ description: 'The organization to delete, with everything in it.' })
export class DeleteOrganizationInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Its name or its slug, typed by whoever means it. A signed-in person must give it; a key and ADMIN_API_KEY may leave ' +
      'it out. What is given is checked in any case.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(120)
  confirmation?: string | null;
}

@ObjectType({ description: 'What deleting an organization gives.' })
export class DeleteOrganizationPayload {
  @Field(() => Organization, { description: 'The organization as it was.' })
  organization!: OrganizationFacts;

  @Field(() => Date, {
    nullable: true,
    description: 'Until when `restoreOrganization` brings it back; null: gone for good.',
  })
  goneAt!: Date | null;
}

@InputType({ description: 'The deleted organization to bring back.' })
export class RestoreOrganizationInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @Length(1, 100)
  organizationId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Its new name in addresses, where the old one was given to another organization; the old one unless given.',
  })
  @IsOptional()
  @Matches(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, {
    message: 'slug must be lower-case letters, digits and dashes, at most 60',
  })
  slug?: string | null;
}

@ObjectType({ description: 'What bringing an organization back gives.' })
export class RestoreOrganizationPayload {
  @Field(() => Organization, { description: 'The organization, as it is again.' })
  organization!: OrganizationFacts;
}
