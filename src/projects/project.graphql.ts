import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { connectionType } from '../platform/graphql/connection.js';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import type { Project as ProjectFacts } from './project.types.js';

const slugShape = /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/;
const slugWords = { message: 'slug must be lower-case letters, digits and dashes, at most 60' };

@ObjectType({ description: 'A part of an organization with data, roles and keys of its own.' })
export class Project implements ProjectFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  /** The organization, by id; the `organization` field is read for a whole page at once. */
  organizationId!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, {
    description: 'Its name in addresses: lower-case letters, digits and dashes; unique in the organization.',
  })
  slug!: string;

  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;
}

export const ProjectConnection = connectionType(Project, 'Project');

@InputType({ description: 'A new project.' })
export class CreateProjectInput extends MutationInput {
  @Field(() => ID, { description: 'The organization that it is to belong to.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => String, { description: 'The name to show, 1 to 120 characters.' })
  @IsString()
  @Length(1, 120)
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its name in addresses; made from the name unless given.' })
  @IsOptional()
  @Matches(slugShape, slugWords)
  slug?: string | null;
}

@ObjectType({ description: 'What creating a project gives.' })
export class CreateProjectPayload {
  @Field(() => Project, { description: 'The new project.' })
  project!: ProjectFacts;
}

@InputType({ description: 'What to change of a project; what is not given stays.' })
export class UpdateProjectInput extends MutationInput {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @MaxLength(100)
  projectId!: string;

  @Field(() => String, { nullable: true, description: 'The new name, 1 to 120 characters.' })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The new name in addresses.' })
  @IsOptional()
  @Matches(slugShape, slugWords)
  slug?: string | null;
}

@ObjectType({ description: 'What changing a project gives.' })
export class UpdateProjectPayload {
  @Field(() => Project, { description: 'The project as it is now.' })
  project!: ProjectFacts;
}
