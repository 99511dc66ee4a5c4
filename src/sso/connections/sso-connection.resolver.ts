import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Domain } from '../../organizations/domains/domain.graphql.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain as DomainFacts } from '../../organizations/domains/domain.types.js';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SsoEnforcementService } from '../enforcement/sso-enforcement.service.js';
import { SsoConnection } from './sso-connection.graphql.js';
import { SsoConfigurationService } from '../configuration/sso-configuration.service.js';
import { SsoConnectionLoader } from './sso-connection-loader.service.js';
import { SsoConnectionService } from './sso-connection.service.js';
import type { SsoConnection as ConnectionFacts } from './sso-connection.types.js';
import {
  ActivateSsoInput,
  ActivateSsoPayload,
  ConfigureSsoInput,
  ConfigureSsoPayload,
  DeleteSsoInput,
  DeleteSsoPayload,
  DisableSsoInput,
  DisableSsoPayload,
  EnforceSsoInput,
  EnforceSsoPayload,
} from './sso-mutation.graphql.js';

@Resolver(() => SsoConnection)
export class SsoConnectionResolver {
  constructor(
    private readonly connections: SsoConnectionService,
    private readonly configuration: SsoConfigurationService,
    private readonly enforcement: SsoEnforcementService,
    private readonly loader: SsoConnectionLoader,
  ) {}

  @Mutation(() => ConfigureSsoPayload, {
    description:
      'Sets up single sign-on for a verified domain, or changes it. The issuer is asked who it is before anything is kept, within ' +
      'five seconds. Errors: DOMAIN_NOT_VERIFIED, ENTITLEMENT_REQUIRED, VALIDATION_FAILED, ISSUER_UNREACHABLE, ISSUER_MISMATCH ' +
      '(with `expected` and `found`), ISSUER_NOT_ALLOWED, CONFLICT.',
  })
  @Requires('sso.manage', 'input.domainId', DomainService)
  async configureSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: ConfigureSsoInput,
  ): Promise<ConfigureSsoPayload> {
    return { connection: await this.configuration.configure(actor, scope.organizationId, input) };
  }

  @Mutation(() => ActivateSsoPayload, {
    description:
      'Lets the people of the domain sign in with a connection. One that is enforced is enforced no more. ' +
      'Errors: DOMAIN_NOT_VERIFIED, ENTITLEMENT_REQUIRED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async activateSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: ActivateSsoInput,
  ): Promise<ActivateSsoPayload> {
    return { connection: await this.connections.activate(actor, scope.organizationId, input.connectionId) };
  }

  @Mutation(() => EnforceSsoPayload, {
    description:
      'From now on, or from `startsAt`, the people of the domain sign in with this connection and in no other way; its settings ' +
      'must have passed a test sign-in unless `skipTest` is given. Whoever of them has come in another way is signed out then, ' +
      ' the caller included. `activateSso` is the way back. ' +
      'Errors: PRECONDITION_FAILED, VALIDATION_FAILED, DOMAIN_NOT_VERIFIED, ENTITLEMENT_REQUIRED, STEP_UP_REQUIRED.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async enforceSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: EnforceSsoInput,
  ): Promise<EnforceSsoPayload> {
    const wish = { skipTest: input.skipTest ?? false, startsAt: input.startsAt ?? null };
    return { connection: await this.enforcement.enforce(actor, scope.organizationId, input.connectionId, wish) };
  }

  @Mutation(() => DisableSsoPayload, {
    description: 'Switches a connection off, for sign-ins under way too. Passwords count again.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async disableSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: DisableSsoInput,
  ): Promise<DisableSsoPayload> {
    return { connection: await this.connections.disable(actor, scope.organizationId, input.connectionId) };
  }

  @Mutation(() => DeleteSsoPayload, {
    description: 'Deletes a connection with its secret. The accounts that it has opened stay.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async deleteSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: DeleteSsoInput,
  ): Promise<DeleteSsoPayload> {
    return { connection: await this.connections.delete(actor, scope.organizationId, input.connectionId) };
  }

  @ResolveField(() => Domain, { description: 'The domain that it was made for, and is named by.' })
  @Public('a connection is shown only to those who may read the single sign-on of its organization')
  domain(@Parent() { domainId }: ConnectionFacts): Promise<DomainFacts> {
    return this.loader.domain(domainId);
  }
}

@Resolver(() => Organization)
export class OrganizationSsoResolver {
  constructor(private readonly connections: SsoConnectionService) {}

  @ResolveField(() => [SsoConnection], { name: 'ssoConnections', description: 'Its identity providers, by key.' })
  @Requires('sso.read', 'parent.id')
  list(@Parent() organization: OrganizationFacts): Promise<ConnectionFacts[]> {
    return this.connections.list(organization.id);
  }
}
