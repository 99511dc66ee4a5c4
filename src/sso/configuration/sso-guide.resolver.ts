import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SsoProvider } from '../connections/sso-connection.graphql.js';
import type { SsoProvider as Provider } from '../connections/sso-connection.types.js';
import { SsoProviderForm, SsoSetupGuide } from './sso-guide.graphql.js';
import { SsoGuideService } from './sso-guide.service.js';

@Resolver()
export class SsoGuideResolver {
  constructor(private readonly guides: SsoGuideService) {}

  @Query(() => [SsoProviderForm], { description: 'What each vendor’s identity provider needs to be connected.' })
  @Public('the forms say what the documentation says')
  ssoProviderForms(): SsoProviderForm[] {
    return this.guides.list();
  }

  @Query(() => SsoSetupGuide, {
    description:
      'How to register Gatehouse at a vendor for a domain. There need be no connection yet, and the domain may still be unproven.',
  })
  @Requires('sso.read', 'domainId', DomainService)
  ssoSetupGuide(
    @Args('domainId', { type: () => ID }) domainId: string,
    @Args('provider', { type: () => SsoProvider }) provider: Provider,
  ): Promise<SsoSetupGuide> {
    return this.guides.guide(domainId, provider);
  }
}
