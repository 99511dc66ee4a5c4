import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import { Requires } from '../../policy/requires.decorator.js';
import { Project } from '../../projects/project.graphql.js';
import { ProjectService } from '../../projects/project.service.js';
import type { Project as ProjectFacts } from '../../projects/project.types.js';
import { StaleApiKeyConnection, type StaleApiKey } from './stale-key.graphql.js';
import { StaleKeyService } from './stale-key.service.js';

@Resolver(() => Project)
export class ProjectStaleKeysResolver {
  constructor(private readonly service: StaleKeyService) {}

  @ResolveField(() => StaleApiKeyConnection, {
    description: 'The keys of this project that are in use and worth a look: due to be rotated, unused, about to end.',
  })
  @Requires('apiKeys.read', 'parent.id', ProjectService)
  staleApiKeys(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<StaleApiKey>> {
    return this.service.list({ organizationId, projectId: id }, { first, after });
  }
}

@Resolver(() => Organization)
export class OrganizationStaleKeysResolver {
  constructor(private readonly service: StaleKeyService) {}

  @ResolveField(() => StaleApiKeyConnection, {
    description: "Of the organization's own keys those in use that are worth a look; projects have theirs.",
  })
  @Requires('organizationKeys.read', 'parent.id')
  staleApiKeys(
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<StaleApiKey>> {
    return this.service.list({ organizationId: organization.id, projectId: null }, { first, after });
  }
}
