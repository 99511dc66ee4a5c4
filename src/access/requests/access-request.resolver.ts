import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Project } from '../../projects/project.graphql.js';
import { ProjectService } from '../../projects/project.service.js';
import type { Project as ProjectFacts } from '../../projects/project.types.js';
import { User } from '../../users/user.graphql.js';
import { UserLoader } from '../../users/user-loader.service.js';
import type { User as UserFacts } from '../../users/user.types.js';
import { definitionOfRole } from '../roles/role-catalogue.service.js';
import { RoleDefinition } from '../roles/role.graphql.js';
import type { RoleDefinition as RoleDefinitionFacts } from '../roles/role.types.js';
import { Viewer } from '../viewer.graphql.js';
import { AccessRequestReader } from './access-request-reader.service.js';
import {
  AccessRequest,
  AccessRequestConnection,
  AccessRequestState,
  ApproveAccessRequestInput,
  ApproveAccessRequestPayload,
  DeclineAccessRequestInput,
  DeclineAccessRequestPayload,
  RequestAccessInput,
  RequestAccessPayload,
  WithdrawAccessRequestInput,
  WithdrawAccessRequestPayload,
} from './access-request.graphql.js';
import { AccessRequestService } from './access-request.service.js';
import type { AccessRequest as AccessRequestFacts, AccessRequestState as State } from './access-request.types.js';

const shownTo = 'a request is shown only to who made it, and to those who manage members';

@Resolver(() => AccessRequest)
export class AccessRequestResolver {
  constructor(
    private readonly requests: AccessRequestService,
    private readonly users: UserLoader,
  ) {}

  @Mutation(() => RequestAccessPayload, {
    description:
      'Asks for a role for oneself, beside the role of a membership. Up to twenty who manage members there are told by mail. ' +
      'Errors: FORBIDDEN (a key), NOT_FOUND, CONFLICT, VALIDATION_FAILED, RATE_LIMITED.',
  })
  @Requires({ inProject: 'project.read', inOrganization: 'organization.read' }, 'input.projectId|input.organizationId')
  async requestAccess(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RequestAccessInput,
  ): Promise<RequestAccessPayload> {
    return { accessRequest: await this.requests.request(actor, scope, input) };
  }

  @Mutation(() => ApproveAccessRequestPayload, {
    description:
      'Grants what somebody else has asked for: it counts at their next request, and they are told by mail. ' +
      'Errors: CANNOT_GRANT, CONFLICT, PRECONDITION_FAILED, NOT_FOUND.',
  })
  @Requires('members.manage', 'input.accessRequestId', AccessRequestReader)
  async approveAccessRequest(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { accessRequestId, ...approval }: ApproveAccessRequestInput,
  ): Promise<ApproveAccessRequestPayload> {
    return { accessRequest: await this.requests.approve(actor, organizationId, accessRequestId, approval) };
  }

  @Mutation(() => DeclineAccessRequestPayload, {
    description: 'Declines a request: who asked is told by mail. Errors: CONFLICT, NOT_FOUND.',
  })
  @Requires('members.manage', 'input.accessRequestId', AccessRequestReader)
  async declineAccessRequest(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { accessRequestId, note }: DeclineAccessRequestInput,
  ): Promise<DeclineAccessRequestPayload> {
    return { accessRequest: await this.requests.decline(actor, organizationId, accessRequestId, note) };
  }

  @Mutation(() => WithdrawAccessRequestPayload, {
    description: 'Takes a request of one’s own back. Errors: CONFLICT, NOT_FOUND.',
  })
  @Requires('user')
  async withdrawAccessRequest(
    @CurrentActor() actor: Actor,
    @Args('input') { accessRequestId }: WithdrawAccessRequestInput,
  ): Promise<WithdrawAccessRequestPayload> {
    return { accessRequest: await this.requests.withdraw(actor, accessRequestId) };
  }

  @ResolveField(() => RoleDefinition, { description: 'The role that is asked for, and what it gives.' })
  @Public(shownTo)
  role(@Parent() { role }: AccessRequestFacts): RoleDefinitionFacts {
    return definitionOfRole(role);
  }

  @ResolveField(() => User, { description: 'Who asks.' })
  @Public(shownTo)
  user(@Parent() { userId }: AccessRequestFacts): Promise<UserFacts> {
    return this.users.load(userId);
  }
}

@Resolver(() => Organization)
export class OrganizationAccessRequestsResolver {
  constructor(private readonly requests: AccessRequestReader) {}

  @ResolveField(() => AccessRequestConnection, {
    description: 'The roles that members have asked for, in it and in its projects, newest first.',
  })
  @Requires('members.manage', 'parent.id')
  accessRequests(
    @Parent() { id }: OrganizationFacts,
    @Args('state', { type: () => AccessRequestState, nullable: true, description: 'Only those in one state.' })
    state: State | null | undefined,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccessRequestFacts>> {
    return this.requests.listIn({ organizationId: id, projectId: null }, { first, after }, state);
  }
}

@Resolver(() => Project)
export class ProjectAccessRequestsResolver {
  constructor(private readonly requests: AccessRequestReader) {}

  @ResolveField(() => AccessRequestConnection, {
    description: 'The roles that members have asked for in this project alone, newest first.',
  })
  @Requires('members.manage', 'parent.id', ProjectService)
  accessRequests(
    @Parent() { id, organizationId }: ProjectFacts,
    @Args('state', { type: () => AccessRequestState, nullable: true, description: 'Only those in one state.' })
    state: State | null | undefined,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccessRequestFacts>> {
    return this.requests.listIn({ organizationId, projectId: id }, { first, after }, state);
  }
}

@Resolver(() => Viewer)
export class ViewerAccessRequestsResolver {
  constructor(private readonly requests: AccessRequestReader) {}

  @ResolveField(() => AccessRequestConnection, {
    description: 'The roles that the person has asked for, newest first. A key asks for none.',
  })
  @Public('the viewer asks about themselves')
  accessRequests(
    @Parent() { id }: Viewer,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AccessRequestFacts>> {
    return this.requests.listOf(id, { first, after });
  }
}
