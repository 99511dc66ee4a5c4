import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { SimulatedAccess } from '../../access/simulation/access-simulation.graphql.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { CurrentActor } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { ApiKeyConnection } from '../api-key.graphql.js';
import { toReadKeys, type ApiKey } from '../api-key.types.js';
import { ShrinkingKeys } from './shrinking-keys.service.js';

@Resolver(() => SimulatedAccess)
export class SimulatedKeysResolver {
  constructor(private readonly shrinking: ShrinkingKeys) {}

  @ResolveField(() => ApiKeyConnection, {
    description:
      'The keys in use that hold what their maker would lose, as far as the caller may read them: they would lose it too. ' +
      'Those of a member who is removed are revoked.',
  })
  @Requires(toReadKeys, 'parent.scope.projectId|parent.scope.organizationId')
  keys(
    @CurrentActor() actor: Actor,
    @Parent() simulated: SimulatedAccess,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ApiKey>> {
    return this.shrinking.list(actor, simulated, { first, after });
  }
}
