import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsIn, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { builtInRoles, type BuiltInRole, type Permission } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import { Project } from '../../projects/project.graphql.js';
import type { SimulatedMember as SimulatedMemberFacts, Simulation } from './access-simulation.service.js';
import type { Hypothesis } from './hypothesis.js';
import type { PermissionCount, TollOfProjects } from './tally.js';

@InputType({ description: 'A member with another role in the organization.' })
export class SupposedMemberRole {
  @Field(() => ID, { description: 'The member.' })
  @IsString()
  @MaxLength(100)
  userId!: string;

  @Field(() => Role, { description: 'The role in place of theirs.' })
  @IsIn(builtInRoles)
  role!: BuiltInRole;
}

@InputType({ description: 'A member with another role in a project.' })
export class SupposedProjectRole {
  @Field(() => ID, { description: 'The project.' })
  @IsString()
  @MaxLength(100)
  projectId!: string;

  @Field(() => ID, { description: 'The member.' })
  @IsString()
  @MaxLength(100)
  userId!: string;

  @Field(() => Role, { nullable: true, description: 'The role that is set there; cleared, unless given.' })
  @IsOptional()
  @IsIn(builtInRoles)
  role?: BuiltInRole | null;
}

@InputType({ isOneOf: true, description: 'A change that nobody has made yet: exactly one.' })
export class AccessHypothesis {
  @Field(() => ID, { nullable: true, description: 'A role of the organization’s own, deleted.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  roleDeleted?: string;

  @Field(() => ID, { nullable: true, description: 'A group, deleted.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  groupDeleted?: string;

  @Field(() => ID, { nullable: true, description: 'A grant, revoked or at its end.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  roleGrantRevoked?: string;

  @Field(() => ID, { nullable: true, description: 'A member, by the id of the user, removed.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  memberRemoved?: string;

  @Field(() => SupposedMemberRole, { nullable: true, description: 'Another role in the organization.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => SupposedMemberRole)
  memberRole?: SupposedMemberRole;

  @Field(() => SupposedProjectRole, { nullable: true, description: 'Another role in a project, or none of its own.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => SupposedProjectRole)
  projectRole?: SupposedProjectRole;
}

@InputType({ description: 'What is supposed, and where to look.' })
export class SimulateAccessInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'One project of it; the organization with all its projects, unless given.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => AccessHypothesis, { description: 'The change.' })
  @ValidateNested()
  @Type(() => AccessHypothesis)
  suppose!: AccessHypothesis;
}

@ObjectType({ description: 'How many members would lose or gain a permission.' })
export class PermissionToll implements PermissionCount {
  @Field(() => ID, { description: 'The permission.' })
  permission!: Permission;

  @Field(() => Int, { description: 'How many members.' })
  members!: number;
}

@ObjectType({ description: 'A member whom a change would concern.' })
export class SimulatedMember implements SimulatedMemberFacts {
  /** The person, by id; the `user` field is read for a whole page at once. */
  userId!: string;

  @Field(() => [ID], { description: 'What they would lose: in the project, or in the organization itself.' })
  lost!: readonly Permission[];

  @Field(() => [ID], { description: 'What they would gain there.' })
  gained!: readonly Permission[];

  @Field(() => String, {
    nullable: true,
    description: 'Why they would lose less than one might think, in a sentence: by what they would keep it.',
  })
  note!: string | null;
}

export const SimulatedMemberConnection = connectionType(SimulatedMember, 'SimulatedMember');

@ObjectType({ description: 'A project in which members would lose or gain something.' })
export class SimulatedProject {
  @Field(() => Project, { description: 'The project.' })
  project!: Project;

  @Field(() => [PermissionToll], { description: 'What would be lost in it, and by how many.' })
  lost!: readonly PermissionToll[];

  @Field(() => [PermissionToll], { description: 'What would be gained in it, and by how many.' })
  gained!: readonly PermissionToll[];
}

export const SimulatedProjectConnection = connectionType(SimulatedProject, 'SimulatedProject');

@ObjectType({ description: 'What would come of a change.' })
export class SimulatedAccess implements Simulation {
  scope!: Simulation['scope'];
  hypothesis!: Hypothesis;
  turns!: Simulation['turns'];
  tollOfProjects!: TollOfProjects | null;

  @Field(() => [PermissionToll], {
    description: 'What would be lost, and by how many: in the project, or in the organization itself.',
  })
  lost!: readonly PermissionToll[];

  @Field(() => [PermissionToll], { description: 'What would be gained there, and by how many.' })
  gained!: readonly PermissionToll[];

  @Field(() => Boolean, {
    description:
      'Whether all whom it concerns were counted; the counts are of the first 2,000. `members` lists them all.',
  })
  isComplete!: boolean;
}
