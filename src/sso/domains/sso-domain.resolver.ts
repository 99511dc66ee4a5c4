import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Domain } from '../../organizations/domains/domain.graphql.js';
import type { Domain as DomainFacts } from '../../organizations/domains/domain.types.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SsoConnectionLoader } from '../connections/sso-connection-loader.service.js';
import { SsoConnection } from '../connections/sso-connection.graphql.js';
import { SsoConnectionService } from '../connections/sso-connection.service.js';
import type { SsoConnection as ConnectionFacts } from '../connections/sso-connection.types.js';
import {
  AddSsoDomainInput,
  AddSsoDomainPayload,
  RemoveSsoDomainInput,
  RemoveSsoDomainPayload,
} from './sso-domain.graphql.js';
import { SsoDomainService } from './sso-domain.service.js';

@Resolver(() => SsoConnection)
export class SsoDomainResolver {
  constructor(
    private readonly ssoDomains: SsoDomainService,
    private readonly loader: SsoConnectionLoader,
  ) {}

  @Mutation(() => AddSsoDomainPayload, {
    description:
      'Lets a connection speak for another verified domain of its organization too. Where it is enforced, who of that domain ' +
      'has come in another way is signed out. Errors: DOMAIN_NOT_VERIFIED, STEP_UP_REQUIRED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async addSsoDomain(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { connectionId, domainId }: AddSsoDomainInput,
  ): Promise<AddSsoDomainPayload> {
    return { connection: await this.ssoDomains.add(actor, organizationId, connectionId, domainId) };
  }

  @Mutation(() => RemoveSsoDomainPayload, {
    description:
      'Lets a connection speak for a domain no more. Its people sign in as though there were no connection; sessions stay. ' +
      'Errors: PRECONDITION_FAILED for the domain that it is named by.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async removeSsoDomain(
    @CurrentActor() actor: Actor,
    @CurrentScope() { organizationId }: Scope,
    @Args('input') { connectionId, domainId }: RemoveSsoDomainInput,
  ): Promise<RemoveSsoDomainPayload> {
    return { connection: await this.ssoDomains.remove(actor, organizationId, connectionId, domainId) };
  }

  @ResolveField(() => [Domain], {
    description: 'The domains whose people it signs in, by name: the one that it is named by, and those added to it.',
  })
  @Public('a connection is shown only to those who may read the single sign-on of its organization')
  domains(@Parent() { id }: ConnectionFacts): Promise<readonly DomainFacts[]> {
    return this.loader.domainsOf(id);
  }
}
