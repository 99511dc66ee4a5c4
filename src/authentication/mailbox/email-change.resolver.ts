import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { ChangeEmailInput, ChangeEmailPayload } from './email-change.graphql.js';
import { EmailChange } from './email-change.service.js';

@Resolver()
export class EmailChangeResolver {
  constructor(private readonly changes: EmailChange) {}

  @Mutation(() => ChangeEmailPayload, {
    description:
      'Asks for another email of the caller. A link is mailed to the new address, and word of it to the old one; the ' +
      'change takes effect when the link is followed, which ends the other sessions. The answer does not tell whether the ' +
      'address has an account. Errors: VALIDATION_FAILED, RATE_LIMITED, SSO_REQUIRED where the organization of the old or ' +
      'the new domain enforces single sign-on.',
  })
  @Requires('user')
  async changeEmail(@CurrentActor() actor: Actor, @Args('input') input: ChangeEmailInput): Promise<ChangeEmailPayload> {
    return { user: await this.changes.request(actor, input.email) };
  }
}
