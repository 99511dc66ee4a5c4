import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { User } from '../../users/user.graphql.js';
import { UserService } from '../../users/user.service.js';
import type { User as UserFacts } from '../../users/user.types.js';
import {
  ActivateUserInput,
  ActivateUserPayload,
  DeactivateUserInput,
  DeactivateUserPayload,
  DeleteUserInput,
  DeleteUserPayload,
} from './account-standing.graphql.js';
import { AccountStanding } from './account-standing.service.js';

@Resolver()
export class AccountStandingResolver {
  constructor(
    private readonly accounts: AccountStanding,
    private readonly users: UserService,
  ) {}

  @Query(() => User, {
    nullable: true,
    description:
      'One person, by `id` or by `email`; null where there is none. For instance administrators. Errors: VALIDATION_FAILED.',
  })
  @Requires('instanceAdministrator')
  user(
    @Args('id', { type: () => ID, nullable: true }) id: string | null,
    @Args('email', { type: () => String, nullable: true }) email: string | null,
  ): Promise<UserFacts | null> {
    if ((id ?? null) !== null) return this.users.findById(id ?? '');
    const address = parseEmailAddress(email ?? '')?.address;
    if (address === undefined) throw invalid('email', 'Give an id, or one email address.');
    return this.users.findByEmail(address);
  }

  @Mutation(() => DeactivateUserPayload, {
    description:
      'Lets nobody in to an account: its sessions end, and the keys and setup links that its person has made are revoked. ' +
      'Memberships stay. For instance administrators. Errors: STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for one’s own; ' +
      'LAST_OWNER with `organizationIds` where no other owner could sign in.',
  })
  @Requires('instanceAdministrator')
  async deactivateUser(
    @CurrentActor() actor: Actor,
    @Args('input') { userId }: DeactivateUserInput,
  ): Promise<DeactivateUserPayload> {
    return { user: await this.accounts.deactivate(actor, userId) };
  }

  @Mutation(() => ActivateUserPayload, {
    description:
      'Lets the person in again, as the member that they were; keys stay revoked. For instance administrators. ' +
      'Errors: STEP_UP_REQUIRED; NOT_FOUND.',
  })
  @Requires('instanceAdministrator')
  async activateUser(
    @CurrentActor() actor: Actor,
    @Args('input') { userId }: ActivateUserInput,
  ): Promise<ActivateUserPayload> {
    return { user: await this.accounts.activate(actor, userId) };
  }

  @Mutation(() => DeleteUserPayload, {
    description:
      'Deletes an account for good: memberships, sessions, identities and factors go, keys are revoked. The audit trail stays. ' +
      'For instance administrators. Errors: STEP_UP_REQUIRED; NOT_FOUND; PRECONDITION_FAILED for one’s own; LAST_OWNER with ' +
      '`organizationIds`.',
  })
  @Requires('instanceAdministrator')
  async deleteUser(
    @CurrentActor() actor: Actor,
    @Args('input') { userId }: DeleteUserInput,
  ): Promise<DeleteUserPayload> {
    return { user: await this.accounts.delete(actor, userId) };
  }
}
