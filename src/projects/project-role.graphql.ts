import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { connectionType } from '../platform/graphql/connection.js';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import { Role } from '../policy/role.graphql.js';
import type { BuiltInRole } from '../policy/permissions.js';
import type { ProjectMember as ProjectMemberFacts, ProjectRoleSource as Source } from './project.types.js';

export const ProjectRoleSource = { ORGANIZATION: 'ORGANIZATION', PROJECT: 'PROJECT' } as const;

registerEnumType(ProjectRoleSource, {
  name: 'ProjectRoleSource',
  description: "Which of a member's two roles counts in a project.",
  valuesMap: {
    ORGANIZATION: { description: 'The one that they have in the organization.' },
    PROJECT: { description: 'The one that was set for them in this project, in place of the other.' },
  },
});

@ObjectType({ description: 'A member of the organization, as they stand in one of its projects.' })
export class ProjectMember implements ProjectMemberFacts {
  /** The person, by id; the `user` field is read for a whole page at once. */
  userId!: string;

  @Field(() => Role, { description: 'The role that counts in this project.' })
  role!: BuiltInRole;

  @Field(() => ProjectRoleSource, { description: 'Where that role comes from.' })
  source!: Source;
}

export const ProjectMemberConnection = connectionType(ProjectMember, 'ProjectMember');

@InputType({ description: "A member's role in one project." })
export class SetProjectRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @MaxLength(100)
  projectId!: string;

  @Field(() => ID, { description: 'The member of the organization.' })
  @IsString()
  @MaxLength(100)
  userId!: string;

  @Field(() => Role, {
    description:
      'What they may do in this project, whatever their role in the organization; NONE hides it. Nobody grants one above their own.',
  })
  @IsIn(Object.values(Role))
  role!: BuiltInRole;
}

@ObjectType({ description: "What setting a member's role in a project gives." })
export class SetProjectRolePayload {
  @Field(() => ProjectMember, { description: 'The member as they now stand in the project.' })
  member!: ProjectMember;
}

@InputType({ description: 'Whose role in a project to clear.' })
export class ClearProjectRoleInput extends MutationInput {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @MaxLength(100)
  projectId!: string;

  @Field(() => ID, { description: 'The member of the organization.' })
  @IsString()
  @MaxLength(100)
  userId!: string;
}

@ObjectType({ description: "What clearing a member's role in a project gives." })
export class ClearProjectRolePayload {
  @Field(() => ProjectMember, { description: 'The member as they now stand in the project.' })
  member!: ProjectMember;
}
