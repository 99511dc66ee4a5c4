import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { User } from '../../users/user.graphql.js';
import type { User as UserFacts } from '../../users/user.types.js';
import { UserLoader } from '../../users/user-loader.service.js';
import { Organization } from '../organization.graphql.js';
import { OrganizationService } from '../organization.service.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import {
  AcceptInvitationInput,
  AcceptInvitationPayload,
  Invitation,
  InvitationConnection,
  InviteMemberInput,
  InviteMemberPayload,
  ResendInvitationInput,
  ResendInvitationPayload,
  RevokeInvitationInput,
  RevokeInvitationPayload,
} from './invitation.graphql.js';
import { InvitationService } from './invitation.service.js';
import type { Invitation as InvitationFacts } from './invitation.types.js';
import { InvitingService } from './inviting.service.js';

@Resolver(() => Invitation)
export class InvitationResolver {
  constructor(
    private readonly inviting: InvitingService,
    private readonly invitations: InvitationService,
    private readonly organizations: OrganizationService,
    private readonly users: UserLoader,
  ) {}

  @Mutation(() => InviteMemberPayload, {
    description:
      'Invites somebody by mail; the link works once, for that address, within seven days. An open invitation to the same ' +
      'address is replaced. Errors: VALIDATION_FAILED, CANNOT_GRANT, NOT_FOUND for a foreign project, CONFLICT for a member, ' +
      'PRECONDITION_FAILED for an exception to who can sign in through the connection, ENTITLEMENT_REQUIRED (with `seats`, ' +
      '`used` and the `plans` that have more) where no seat is free, STEP_UP_REQUIRED for an owner or an exception.',
  })
  @Requires('members.manage', 'input.organizationId')
  async inviteMember(
    @CurrentActor() actor: Actor,
    @Args('input') input: InviteMemberInput,
  ): Promise<InviteMemberPayload> {
    return { invitation: await this.inviting.invite(actor, input.organizationId, input) };
  }

  @Mutation(() => AcceptInvitationPayload, {
    description:
      'Accepts an invitation to the email of the person who is signed in. Whoever is a member already keeps their role. ' +
      'Errors: INVITATION_INVALID, in one wording, for a token that is unknown, used, withdrawn, expired or for another address; ' +
      'SSO_REQUIRED with `loginUrl` where the organization enforces single sign-on and they have come in another way.',
  })
  @Requires('user')
  async acceptInvitation(
    @CurrentActor() actor: Actor,
    @Args('input') input: AcceptInvitationInput,
  ): Promise<AcceptInvitationPayload> {
    const invitation = await this.invitations.acceptAs(actor, input.token);
    return { invitation, organization: await this.organizations.get(invitation.organizationId) };
  }

  @Mutation(() => RevokeInvitationPayload, {
    description: 'Withdraws an invitation. Errors: CANNOT_GRANT, CONFLICT when it is over.',
  })
  @Requires('members.manage', 'input.invitationId', InvitationService)
  async revokeInvitation(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RevokeInvitationInput,
  ): Promise<RevokeInvitationPayload> {
    return { invitation: await this.inviting.revoke(actor, scope.organizationId, input.invitationId) };
  }

  @Mutation(() => ResendInvitationPayload, {
    description:
      'Sends the mail again with a new link, good for another seven days; the earlier link is dead. ' +
      'Errors: CANNOT_GRANT, CONFLICT when it is over, ENTITLEMENT_REQUIRED where it had expired and no seat is free.',
  })
  @Requires('members.manage', 'input.invitationId', InvitationService)
  async resendInvitation(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: ResendInvitationInput,
  ): Promise<ResendInvitationPayload> {
    return { invitation: await this.inviting.resend(actor, scope.organizationId, input.invitationId) };
  }

  @ResolveField(() => User, {
    nullable: true,
    description: "Who invited; null for a key or the instance's administrator.",
  })
  @Public('an invitation is shown only to those who may read members, and to the invited')
  invitedBy(@Parent() invitation: InvitationFacts): Promise<UserFacts | null> {
    return this.users.find(invitation.invitedBy);
  }
}

@Resolver(() => Organization)
export class OrganizationInvitationsResolver {
  constructor(private readonly invitations: InvitationService) {}

  @ResolveField(() => InvitationConnection, {
    name: 'invitations',
    description: 'The invitations that were neither accepted nor withdrawn, newest first.',
  })
  @Requires('members.read', 'parent.id')
  list(
    @Parent() organization: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<InvitationFacts>> {
    return this.invitations.list(organization.id, { first, after });
  }
}
