import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../organizations/organization.graphql.js';
import { OrganizationLoader } from '../organizations/organization-loader.service.js';
import type { Organization as OrganizationFacts } from '../organizations/organization.types.js';
import type { Connection } from '../platform/graphql/connection.js';
import type { Actor } from '../policy/actor.js';
import { CurrentActor, CurrentScope } from '../policy/current.decorators.js';
import { Public, Requires } from '../policy/requires.decorator.js';
import {
  CreateProjectInput,
  CreateProjectPayload,
  Project,
  ProjectConnection,
  UpdateProjectInput,
  UpdateProjectPayload,
} from './project.graphql.js';
import { ProjectService } from './project.service.js';
import type { Project as ProjectFacts, ProjectScope } from './project.types.js';

@Resolver(() => Project)
export class ProjectResolver {
  constructor(
    private readonly projects: ProjectService,
    private readonly organizations: OrganizationLoader,
  ) {}

  @Query(() => Project, {
    nullable: true,
    description: 'One project. Errors: NOT_FOUND, also where the role in it is NONE.',
  })
  @Requires('project.read', 'id', ProjectService)
  project(@CurrentScope() scope: ProjectScope, @Args('id', { type: () => ID }) _id: string): Promise<ProjectFacts> {
    return this.projects.get(scope);
  }

  @Mutation(() => CreateProjectPayload, {
    description: 'Creates a project. Errors: CONFLICT when the organization has one of this slug.',
  })
  @Requires('projects.create', 'input.organizationId')
  async createProject(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateProjectInput,
  ): Promise<CreateProjectPayload> {
    return { project: await this.projects.create(actor, input.organizationId, { name: input.name, slug: input.slug }) };
  }

  @Mutation(() => UpdateProjectPayload, { description: 'Renames a project. Errors: CONFLICT when the slug is taken.' })
  @Requires('project.update', 'input.projectId')
  async updateProject(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: ProjectScope,
    @Args('input') input: UpdateProjectInput,
  ): Promise<UpdateProjectPayload> {
    return { project: await this.projects.update(actor, scope, input) };
  }

  @ResolveField(() => Organization, { description: 'The organization that it belongs to.' })
  @Public('whoever sees a project may know what its organization is called; what lies in that one is guarded there')
  organization(@Parent() project: ProjectFacts): Promise<OrganizationFacts> {
    return this.organizations.load(project.organizationId);
  }
}

@Resolver(() => Organization)
export class OrganizationProjectsResolver {
  constructor(private readonly service: ProjectService) {}

  @ResolveField(() => ProjectConnection, { description: 'Its projects, as far as the caller may see them.' })
  @Requires('signedIn', 'parent.id')
  projects(
    @CurrentActor() actor: Actor,
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ProjectFacts>> {
    return this.service.list(actor, organization.id, { first, after });
  }
}
