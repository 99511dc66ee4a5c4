import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { RotateSigningKeyInput, RotateSigningKeyPayload, SigningKey } from './signing-key.graphql.js';
import { SigningKeyService } from './signing-key.service.js';

@Resolver(() => SigningKey)
export class SigningKeyResolver {
  constructor(private readonly keys: SigningKeyService) {}

  @Mutation(() => RotateSigningKeyPayload, {
    description: 'Makes a new key to sign tokens with. For instance administrators. Errors: STEP_UP_REQUIRED.',
  })
  @Requires('instanceAdministrator')
  async rotateSigningKey(
    @CurrentActor() actor: Actor,
    @Args('input') { compromised }: RotateSigningKeyInput,
  ): Promise<RotateSigningKeyPayload> {
    const { id, createdAt, signsFrom } = await this.keys.rotate(actor, compromised === true ? 'compromised' : 'asked');
    return { signingKey: { id, createdAt, signsFrom } };
  }
}
