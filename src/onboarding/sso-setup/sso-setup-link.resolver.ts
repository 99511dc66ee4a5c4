import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Requires } from '../../policy/requires.decorator.js';
import {
  CreateSsoSetupLinkInput,
  CreateSsoSetupLinkPayload,
  RevokeSsoSetupLinkInput,
  RevokeSsoSetupLinkPayload,
  SsoSetupLink,
} from './sso-setup-link.graphql.js';
import { SsoSetupLinkRevocation } from './sso-setup-link-revocation.service.js';
import { SsoSetupLinkService } from './sso-setup-link.service.js';

@Resolver()
export class SsoSetupLinkResolver {
  constructor(
    private readonly links: SsoSetupLinkService,
    private readonly revocation: SsoSetupLinkRevocation,
  ) {}

  @Mutation(() => CreateSsoSetupLinkPayload, {
    description:
      'Makes a link by which somebody without an account sets single sign-on up: adds the DNS record of a domain, fills in the ' +
      'form of the identity provider, runs a test, and nothing else. What they save is a draft, or the candidate of an enforced ' +
      'connection. Needs `domains.manage` too. Errors: FORBIDDEN, NOT_FOUND, ENTITLEMENT_REQUIRED, VALIDATION_FAILED, STEP_UP_REQUIRED.',
  })
  @Requires('sso.manage', 'input.organizationId')
  createSsoSetupLink(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateSsoSetupLinkInput,
  ): Promise<CreateSsoSetupLinkPayload> {
    return this.links.create(actor, input.organizationId, input);
  }

  @Mutation(() => RevokeSsoSetupLinkPayload, {
    description: 'Withdraws a setup link, at once. What was set up by it stays.',
  })
  @Requires('sso.manage', 'input.setupLinkId', SsoSetupLinkService)
  async revokeSsoSetupLink(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RevokeSsoSetupLinkInput,
  ): Promise<RevokeSsoSetupLinkPayload> {
    return { setupLink: await this.revocation.revoke(actor, scope.organizationId, input.setupLinkId) };
  }
}

@Resolver(() => Organization)
export class OrganizationSsoSetupLinksResolver {
  constructor(private readonly links: SsoSetupLinkService) {}

  @ResolveField(() => [SsoSetupLink], { name: 'ssoSetupLinks', description: 'Its setup links, newest first.' })
  @Requires('sso.read', 'parent.id')
  list(@Parent() organization: OrganizationFacts): Promise<SsoSetupLink[]> {
    return this.links.list(organization.id);
  }
}
