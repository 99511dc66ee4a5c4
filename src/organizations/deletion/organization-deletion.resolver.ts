import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import type { DeletedThing } from './deletion.types.js';
import {
  DeletedOrganizationConnection,
  DeleteOrganizationInput,
  DeleteOrganizationPayload,
  RestoreOrganizationInput,
  RestoreOrganizationPayload,
} from './organization-deletion.graphql.js';
import { OrganizationDeletion } from './organization-deletion.service.js';
import { OrganizationRestoration } from './organization-restoration.service.js';

@Resolver()
export class OrganizationDeletionResolver {
  constructor(
    private readonly deletion: OrganizationDeletion,
    private readonly restoration: OrganizationRestoration,
  ) {}

  @Query(() => DeletedOrganizationConnection, {
    description:
      'The deleted organizations that the caller may bring back: those that they owned; all of them for an instance administrator.',
  })
  @Requires('signedIn')
  deletedOrganizations(
    @CurrentActor() actor: Actor,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<DeletedThing>> {
    return this.restoration.list(actor, { first, after });
  }

  @Mutation(() => DeleteOrganizationPayload, {
    description:
      'Deletes an organization with everything in it: at once for everybody, its keys and its single sign-on included, and for good ' +
      'when the grace of `DELETION_GRACE_DAYS` ends. Its audit trail stays. Errors: VALIDATION_FAILED when `confirmation` is ' +
      'neither its name nor its slug, or a person has left it out; STEP_UP_REQUIRED.',
  })
  @Requires('organization.delete', 'input.organizationId')
  deleteOrganization(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, confirmation }: DeleteOrganizationInput,
  ): Promise<DeleteOrganizationPayload> {
    return this.deletion.delete(actor, organizationId, confirmation ?? null);
  }

  @Mutation(() => RestoreOrganizationPayload, {
    description:
      'Brings a deleted organization back with everything in it: for whoever owned it, and for an instance administrator. Errors: ' +
      'NOT_FOUND, also when the grace is over; CONFLICT when another has taken its slug; STEP_UP_REQUIRED.',
  })
  @Requires('signedIn')
  async restoreOrganization(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, slug }: RestoreOrganizationInput,
  ): Promise<RestoreOrganizationPayload> {
    return { organization: await this.restoration.restore(actor, organizationId, slug ?? null) };
  }
}
