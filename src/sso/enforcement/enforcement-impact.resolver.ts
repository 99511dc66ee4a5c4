import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import type { Scope } from '../../policy/actor.js';
import { CurrentScope } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import { SsoConnectionService } from '../connections/sso-connection.service.js';
import { SsoEnforcementImpact } from './enforcement-impact.graphql.js';
import { EnforcementImpactService } from './enforcement-impact.service.js';

@Resolver()
export class EnforcementImpactResolver {
  constructor(private readonly impact: EnforcementImpactService) {}

  @Query(() => SsoEnforcementImpact, {
    description:
      'What enforcing a connection would mean: who could come in no more, by what way the others would, and whose keys work on.',
  })
  @Requires('sso.read', 'connectionId', SsoConnectionService)
  ssoEnforcementImpact(
    @CurrentScope() { organizationId }: Scope,
    @Args('connectionId', { type: () => ID, description: 'The connection.' }) connectionId: string,
  ): Promise<SsoEnforcementImpact> {
    return this.impact.impactOf(organizationId, connectionId);
  }
}
