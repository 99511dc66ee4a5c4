import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import type { DeletedThing } from '../../organizations/deletion/deletion.types.js';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Project } from '../project.graphql.js';
import type { Project as ProjectFacts } from '../project.types.js';

@ObjectType({ description: 'A project that was deleted and can still be brought back.' })
export class DeletedProject implements DeletedThing {
  @Field(() => ID, { description: 'The id that it had, and has again once it is back.' })
  id!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { description: 'The name that it had in addresses. Another may have it meanwhile.' })
  slug!: string;

  @Field(() => Date, { description: 'When it was deleted.' })
  deletedAt!: Date;

  @Field(() => String, { description: 'Who deleted it, as the audit trail calls them: an email, a public key.' })
  deletedBy!: string;

  @Field(() => Date, { description: 'When it is gone for good.' })
  goneAt!: Date;
}

export const DeletedProjectConnection = connectionType(DeletedProject, 'DeletedProject');

@InputType({ description: 'The project to delete, with the roles, invitations and keys in it.' })
export class DeleteProjectInput extends MutationInput {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @MaxLength(100)
  projectId!: string;

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

@ObjectType({ description: 'What deleting a project gives.' })
export class DeleteProjectPayload {
  @Field(() => Project, { description: 'The project as it was.' })
  project!: ProjectFacts;

  @Field(() => Date, {
    nullable: true,
    description: 'Until when `restoreProject` brings it back; null: gone for good.',
  })
  goneAt!: Date | null;
}

@InputType({ description: 'The deleted project to bring back.' })
export class RestoreProjectInput extends MutationInput {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @Length(1, 100)
  projectId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its new name in addresses, where another project has the old one by now; the old one unless given.',
  })
  @IsOptional()
  @Matches(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, {
    message: 'slug must be lower-case letters, digits and dashes, at most 60',
  })
  slug?: string | null;
}

@ObjectType({ description: 'What bringing a project back gives.' })
export class RestoreProjectPayload {
  @Field(() => Project, { description: 'The project, as it is again.' })
  project!: ProjectFacts;
}
