import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { Organization } from '../organization.graphql.js';
import type { Organization as OrganizationFacts } from '../organization.types.js';
import { DomainCheck } from './domain-check.service.js';
import {
  AddDomainInput,
  AddDomainPayload,
  Domain,
  DomainSuggestion,
  DomainVerificationRecord,
  RemoveDomainInput,
  RemoveDomainPayload,
  VerifyDomainInput,
  VerifyDomainPayload,
} from './domain.graphql.js';
import { DomainSuggestions } from './domain-suggestions.service.js';
import { DomainService } from './domain.service.js';
import type { Domain as DomainFacts } from './domain.types.js';

@Resolver(() => Domain)
export class DomainResolver {
  constructor(
    private readonly domains: DomainService,
    private readonly check: DomainCheck,
  ) {}

  @ResolveField(() => [DomainVerificationRecord], {
    description:
      'The ways to prove it, any one of which is enough: a TXT record, a CNAME record, or a file over https.',
  })
  @Public('what is published to everybody; the domain itself is shown only to those who may see it')
  verificationRecords(@Parent() domain: DomainFacts): DomainVerificationRecord[] {
    return this.check.placesOf(domain);
  }

  @Mutation(() => AddDomainPayload, {
    description:
      'Claims a domain and gives the records, any one of which proves it. ' +
      'Errors: VALIDATION_FAILED for a name that nobody can own alone, CONFLICT, ' +
      'DOMAIN_TAKEN while another organization has proven it by DNS and its record has not been found missing.',
  })
  @Requires('domains.manage', 'input.organizationId')
  async addDomain(@CurrentActor() actor: Actor, @Args('input') input: AddDomainInput): Promise<AddDomainPayload> {
    return { domain: await this.domains.add(actor, input.organizationId, input.name) };
  }

  @Mutation(() => VerifyDomainPayload, {
    description:
      'Looks for the proof of a domain, within five seconds. Where it is missing or different this is no error: ' +
      "the domain's `diagnosis` says what was found; a proven domain is FAILING from then on. Errors: DOMAIN_TAKEN, RATE_LIMITED.",
  })
  @Requires('domains.manage', 'input.domainId', DomainService)
  async verifyDomain(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: VerifyDomainInput,
  ): Promise<VerifyDomainPayload> {
    return { domain: await this.check.look(actor, scope.organizationId, input.domainId) };
  }

  @Mutation(() => RemoveDomainPayload, {
    description: 'Gives up a domain. Errors: PRECONDITION_FAILED while single sign-on is configured on it.',
  })
  @Requires('domains.manage', 'input.domainId', DomainService)
  async removeDomain(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RemoveDomainInput,
  ): Promise<RemoveDomainPayload> {
    return { domain: await this.domains.remove(actor, scope.organizationId, input.domainId) };
  }
}

@Resolver(() => Organization)
export class OrganizationDomainsResolver {
  constructor(
    private readonly domains: DomainService,
    private readonly suggestions: DomainSuggestions,
  ) {}

  @ResolveField(() => [Domain], { name: 'domains', description: 'The domains that it claims or has proven, by name.' })
  @Requires('organization.read', 'parent.id')
  list(@Parent() organization: OrganizationFacts): Promise<Domain[]> {
    return this.domains.list(organization.id);
  }

  @ResolveField(() => [DomainSuggestion], {
    description:
      'Domains in which verified addresses of members lie and that it has not added, those of most members first; at most ten. ' +
      'A suggestion proves nothing: a mailbox in a domain gives no say over the others, and a domain is proven by what it publishes alone.',
  })
  @Requires('domains.manage', 'parent.id')
  suggestedDomains(@Parent() organization: OrganizationFacts): Promise<DomainSuggestion[]> {
    return this.suggestions.suggestFor(organization.id);
  }
}
