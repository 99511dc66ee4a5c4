import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { connectionType } from '../platform/graphql/connection.js';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import type { Organization as OrganizationFacts } from './organization.types.js';

@ObjectType({ description: 'A tenant: a company or team with its members, projects, domains and keys.' })
export class Organization implements Omit<OrganizationFacts, 'plan' | 'seats'> {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, {
    description: 'Its name in addresses: lower-case letters, digits and dashes; unique in the instance.',
  })
  slug!: string;

  @Field(() => String, {
    description: 'What it has booked: `hobby`, `core`, `pro`, `pro+teams`, `enterprise` or `self-hosted`.',
  })
  plan!: string;

  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;
}

export const OrganizationConnection = connectionType(Organization, 'Organization');

@InputType({ description: 'A new organization. Whoever creates it becomes its first owner.' })
export class CreateOrganizationInput extends MutationInput {
  @Field(() => String, { description: 'The name to show, 1 to 120 characters.' })
  @IsString()
  @Length(1, 120)
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its name in addresses; made from the name unless given.' })
  @IsOptional()
  @Matches(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, {
    message: 'slug must be lower-case letters, digits and dashes, at most 60',
  })
  slug?: string;
}

@ObjectType({ description: 'What creating an organization gives.' })
export class CreateOrganizationPayload {
  @Field(() => Organization, { description: 'The new organization.' })
  organization!: OrganizationFacts;
}

@InputType({ description: 'What to change of an organization.' })
export class UpdateOrganizationInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => String, { description: 'The new name, 1 to 120 characters.' })
  @IsString()
  @Length(1, 120)
  name!: string;
}

@ObjectType({ description: 'What changing an organization gives.' })
export class UpdateOrganizationPayload {
  @Field(() => Organization, { description: 'The organization as it is now.' })
  organization!: OrganizationFacts;
}
