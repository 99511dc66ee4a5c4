import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { DeletedThing } from '../../organizations/deletion/deletion.types.js';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import type { ProjectScope } from '../project.types.js';
import {
  DeletedProjectConnection,
  DeleteProjectInput,
  DeleteProjectPayload,
  RestoreProjectInput,
  RestoreProjectPayload,
} from './project-deletion.graphql.js';
import { ProjectDeletion } from './project-deletion.service.js';
import { ProjectRestoration } from './project-restoration.service.js';

@Resolver(() => Organization)
export class ProjectDeletionResolver {
  constructor(
    private readonly deletion: ProjectDeletion,
    private readonly restoration: ProjectRestoration,
  ) {}

  @ResolveField(() => DeletedProjectConnection, {
    description:
      'Its deleted projects that the caller may bring back: those that they might delete if they were there.',
  })
  @Requires('signedIn', 'parent.id')
  deletedProjects(
    @CurrentActor() actor: Actor,
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<DeletedThing>> {
    return this.restoration.list(actor, organization.id, { first, after });
  }

  @Mutation(() => DeleteProjectPayload, {
    description:
      'Deletes a project with the roles, invitations and keys in it: at once for everybody, and for good when the grace of ' +
      '`DELETION_GRACE_DAYS` ends. The trail keeps what happened in it. Errors: VALIDATION_FAILED when `confirmation` is neither ' +
      'its name nor its slug, or a person has left it out; STEP_UP_REQUIRED.',
  })
  @Requires('project.delete', 'input.projectId')
  deleteProject(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: ProjectScope,
    @Args('input') { confirmation }: DeleteProjectInput,
  ): Promise<DeleteProjectPayload> {
    return this.deletion.delete(actor, scope, confirmation ?? null);
  }

  @Mutation(() => RestoreProjectPayload, {
    description:
      'Brings a deleted project back with the roles, invitations and keys in it, but for those of people who have left since: for ' +
      'whoever might delete it. Errors: NOT_FOUND, also when the grace is over; CONFLICT when another project has its slug; ' +
      'STEP_UP_REQUIRED.',
  })
  @Requires('signedIn')
  async restoreProject(
    @CurrentActor() actor: Actor,
    @Args('input') { projectId, slug }: RestoreProjectInput,
  ): Promise<RestoreProjectPayload> {
    return { project: await this.restoration.restore(actor, projectId, slug ?? null) };
  }
}
