import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Connection } from '../platform/graphql/connection.js';
import type { Actor, Scope } from '../policy/actor.js';
import { CurrentActor, CurrentScope } from '../policy/current.decorators.js';
import { Requires } from '../policy/requires.decorator.js';
import {
  CreateOrganizationInput,
  CreateOrganizationPayload,
  Organization,
  OrganizationConnection,
  UpdateOrganizationInput,
  UpdateOrganizationPayload,
} from './organization.graphql.js';
import { OrganizationService } from './organization.service.js';
import type { Organization as OrganizationFacts } from './organization.types.js';

@Resolver(() => Organization)
export class OrganizationResolver {
  constructor(private readonly service: OrganizationService) {}

  @Query(() => OrganizationConnection, {
    description:
      "The organizations that the caller belongs to: a key's one; all of them for an instance administrator.",
  })
  @Requires('signedIn')
  organizations(
    @CurrentActor() actor: Actor,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<OrganizationFacts>> {
    return this.service.list(actor, { first, after });
  }

  @Query(() => Organization, {
    nullable: true,
    description: 'One organization, by `id` or by `slug`. Errors: NOT_FOUND.',
  })
  @Requires('organization.read', 'id|slug', OrganizationService)
  organization(
    @CurrentScope() scope: Scope,
    @Args('id', { type: () => ID, nullable: true }) _id: string | null,
    @Args('slug', { type: () => String, nullable: true }) _slug: string | null,
  ): Promise<OrganizationFacts> {
    return this.service.get(scope.organizationId);
  }

  @Mutation(() => CreateOrganizationPayload, {
    description:
      'Creates an organization. A person who creates one becomes its owner. Errors: CONFLICT when the slug is taken.',
  })
  @Requires('signedIn')
  async createOrganization(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateOrganizationInput,
  ): Promise<CreateOrganizationPayload> {
    return { organization: await this.service.create(actor, input) };
  }

  @Mutation(() => UpdateOrganizationPayload, { description: 'Renames an organization.' })
  @Requires('organization.update', 'input.organizationId')
  async updateOrganization(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateOrganizationInput,
  ): Promise<UpdateOrganizationPayload> {
    return { organization: await this.service.rename(actor, input.organizationId, input.name) };
  }
}
