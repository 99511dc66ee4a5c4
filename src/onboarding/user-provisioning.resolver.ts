import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../policy/actor.js';
import { CurrentActor } from '../policy/current.decorators.js';
import { Requires } from '../policy/requires.decorator.js';
import { CreateUserInput, CreateUserPayload } from './user-provisioning.graphql.js';
import { UserProvisioningService } from './user-provisioning.service.js';

@Resolver()
export class UserProvisioningResolver {
  constructor(private readonly provisioning: UserProvisioningService) {}

  @Mutation(() => CreateUserPayload, {
    description:
      'Makes an account before its person arrives. They may then sign in by a provider or a connection, even where ' +
      'sign-up is closed. For instance administrators. Errors: CONFLICT when the email has an account.',
  })
  @Requires('instanceAdministrator')
  async createUser(@CurrentActor() actor: Actor, @Args('input') input: CreateUserInput): Promise<CreateUserPayload> {
    return { user: await this.provisioning.create(actor, input) };
  }
}
