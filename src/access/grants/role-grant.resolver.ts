import { Args, ID, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Project } from '../../projects/project.graphql.js';
import { ProjectService } from '../../projects/project.service.js';
import type { Project as ProjectFacts } from '../../projects/project.types.js';
import { definitionOfRole } from '../roles/role-catalogue.service.js';
import { RoleDefinition } from '../roles/role.graphql.js';
import type { RoleDefinition as RoleDefinitionFacts } from '../roles/role.types.js';
import {
  GrantRoleInput,
  GrantRolePayload,
  RevokeRoleGrantInput,
  RevokeRoleGrantPayload,
  RoleGrant,
  RoleGrantConnection,
} from './role-grant.graphql.js';
import { RoleGrantReader } from './role-grant-reader.service.js';
import { RoleGrantService } from './role-grant.service.js';
import type { RoleGrant as RoleGrantFacts } from './role-grant.types.js';

@Resolver(() => RoleGrant)
export class RoleGrantResolver {
  constructor(private readonly grants: RoleGrantService) {}

  @Mutation(() => GrantRolePayload, {
    description:
      'Gives a role to a member or to a group, beside the role of a membership; again, with another end or reason, changes those. ' +
      'What somebody holds until a date they cannot hand on. Errors: CANNOT_GRANT, NOT_FOUND, VALIDATION_FAILED, PRECONDITION_FAILED.',
  })
  @Requires('members.manage', 'input.projectId|input.organizationId')
  async grantRole(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: GrantRoleInput,
  ): Promise<GrantRolePayload> {
    return { roleGrant: await this.grants.grant(actor, scope, input) };
  }

  @Mutation(() => RevokeRoleGrantPayload, {
    description: 'Takes a granted role back: it counts at the next request. Errors: CANNOT_GRANT, NOT_FOUND.',
  })
  @Requires('members.manage', 'input.roleGrantId', RoleGrantReader)
  async revokeRoleGrant(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { roleGrantId }: RevokeRoleGrantInput,
  ): Promise<RevokeRoleGrantPayload> {
    return { roleGrant: await this.grants.revoke(actor, organizationId, roleGrantId) };
  }

  @ResolveField(() => RoleDefinition, { description: 'The role, and what it gives.' })
  @Public('a grant is shown only to those who may read members')
  role(@Parent() { role }: RoleGrantFacts): RoleDefinitionFacts {
    return definitionOfRole(role);
  }
}

@Resolver(() => Organization)
export class OrganizationRoleGrantsResolver {
  constructor(private readonly grants: RoleGrantReader) {}

  @ResolveField(() => RoleGrantConnection, {
    description:
      'What was granted beside the roles of memberships, in it and in its projects. What has ended is not among it.',
  })
  @Requires('members.read', 'parent.id')
  roleGrants(
    @Parent() { id }: OrganizationFacts,
    @Args('userId', { type: () => ID, nullable: true, description: 'Only those of one member.' }) userId: string | null,
    @Args('groupId', { type: () => ID, nullable: true, description: 'Only those of one group.' })
    groupId: string | null,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<RoleGrantFacts>> {
    return this.grants.list({ organizationId: id, projectId: null }, { userId, groupId }, { first, after });
  }
}

@Resolver(() => Project)
export class ProjectRoleGrantsResolver {
  constructor(private readonly grants: RoleGrantReader) {}

  @ResolveField(() => RoleGrantConnection, { description: 'What was granted in this project alone.' })
  @Requires('members.read', 'parent.id', ProjectService)
  roleGrants(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<RoleGrantFacts>> {
    return this.grants.list({ organizationId, projectId: id }, {}, { first, after });
  }
}
