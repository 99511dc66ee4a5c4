import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import {
  CreateRoleInput,
  CreateRolePayload,
  DeleteRoleInput,
  DeleteRolePayload,
  RoleDefinition,
  UpdateRoleInput,
  UpdateRolePayload,
} from './role.graphql.js';
import { definitionOfRole, RoleCatalogue } from './role-catalogue.service.js';
import { RoleService } from './role.service.js';
import type { Role, RoleDefinition as RoleDefinitionFacts } from './role.types.js';

const define = (role: Role): RoleDefinitionFacts => definitionOfRole({ kind: 'custom', ...role }, role.description);

@Resolver(() => RoleDefinition)
export class RoleResolver {
  constructor(
    private readonly roles: RoleService,
    private readonly catalogue: RoleCatalogue,
  ) {}

  @Query(() => [RoleDefinition], {
    name: 'roles',
    description: 'The roles that an organization can give: the built-in ones, strongest first, then its own by name.',
  })
  @Requires('organization.read', 'organizationId')
  list(@Args('organizationId', { type: () => ID }) organizationId: string): Promise<RoleDefinitionFacts[]> {
    return this.catalogue.list(organizationId);
  }

  @Mutation(() => CreateRolePayload, {
    description:
      'Makes a role of the organization’s own. Whoever makes it must hold all that it gives, in the organization and in each ' +
      'project. Errors: CANNOT_GRANT, VALIDATION_FAILED, CONFLICT, PRECONDITION_FAILED.',
  })
  @Requires('roles.manage', 'input.organizationId')
  async createRole(
    @CurrentActor() actor: Actor,
    @Args('input') { organizationId, ...input }: CreateRoleInput,
  ): Promise<CreateRolePayload> {
    return { role: define(await this.roles.create(actor, organizationId, input)) };
  }

  @Mutation(() => UpdateRolePayload, {
    description:
      'Changes a role: it counts for everybody who has it at their next request. Errors: CANNOT_GRANT, VALIDATION_FAILED, CONFLICT.',
  })
  @Requires('roles.manage', 'input.roleId', RoleService)
  async updateRole(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { roleId, ...change }: UpdateRoleInput,
  ): Promise<UpdateRolePayload> {
    return { role: define(await this.roles.update(actor, organizationId, roleId, change)) };
  }

  @Mutation(() => DeleteRolePayload, {
    description:
      'Deletes a role, and takes it from everybody who has it: `simulateAccess` tells beforehand from whom. Errors: CANNOT_GRANT.',
  })
  @Requires('roles.manage', 'input.roleId', RoleService)
  async deleteRole(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { roleId }: DeleteRoleInput,
  ): Promise<DeleteRolePayload> {
    return { role: define(await this.roles.delete(actor, organizationId, roleId)) };
  }

  @ResolveField(() => [ID], { description: 'All that it gives, at either level.' })
  @Public('a role is shown only to those who may read the organization')
  permissions(@Parent() { organizationPermissions, projectPermissions }: RoleDefinitionFacts): string[] {
    return [...new Set([...organizationPermissions, ...projectPermissions])];
  }
}
