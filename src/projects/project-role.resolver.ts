import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Connection } from '../platform/graphql/connection.js';
import type { Actor } from '../policy/actor.js';
import { CurrentActor, CurrentScope } from '../policy/current.decorators.js';
import { Public, Requires } from '../policy/requires.decorator.js';
import { User } from '../users/user.graphql.js';
import type { User as UserFacts } from '../users/user.types.js';
import { UserLoader } from '../users/user-loader.service.js';
import {
  ClearProjectRoleInput,
  ClearProjectRolePayload,
  ProjectMember,
  ProjectMemberConnection,
  SetProjectRoleInput,
  SetProjectRolePayload,
} from './project-role.graphql.js';
import { ProjectRoleService } from './project-role.service.js';
import { Project } from './project.graphql.js';
import { ProjectService } from './project.service.js';
import type { Project as ProjectFacts, ProjectMember as ProjectMemberFacts, ProjectScope } from './project.types.js';

@Resolver(() => ProjectMember)
export class ProjectRoleResolver {
  constructor(
    private readonly roles: ProjectRoleService,
    private readonly users: UserLoader,
  ) {}

  @Mutation(() => SetProjectRolePayload, {
    description:
      'Gives a member a role in one project, in place of the one that they have in the organization. Errors: CANNOT_GRANT.',
  })
  @Requires('members.manage', 'input.projectId')
  async setProjectRole(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: ProjectScope,
    @Args('input') input: SetProjectRoleInput,
  ): Promise<SetProjectRolePayload> {
    return { member: await this.roles.set(actor, scope, input.userId, input.role) };
  }

  @Mutation(() => ClearProjectRolePayload, {
    description: "Lets a member's role in the organization count in the project again. Errors: CANNOT_GRANT.",
  })
  @Requires('members.manage', 'input.projectId')
  async clearProjectRole(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: ProjectScope,
    @Args('input') input: ClearProjectRoleInput,
  ): Promise<ClearProjectRolePayload> {
    return { member: await this.roles.clear(actor, scope, input.userId) };
  }

  @ResolveField(() => User, { description: 'The person.' })
  @Public('a member is shown only to those who may read members')
  user(@Parent() member: ProjectMember): Promise<UserFacts> {
    return this.users.load(member.userId);
  }
}

@Resolver(() => Project)
export class ProjectMembersResolver {
  constructor(private readonly roles: ProjectRoleService) {}

  @ResolveField(() => ProjectMemberConnection, {
    name: 'members',
    description: 'Every member of the organization, with the role that counts in this project.',
  })
  @Requires('members.read', 'parent.id', ProjectService)
  list(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ProjectMemberFacts>> {
    return this.roles.listMembers({ organizationId, projectId: id }, { first, after });
  }
}
