import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import {
  CreateScimTokenInput,
  CreateScimTokenPayload,
  RevokeScimTokenInput,
  RevokeScimTokenPayload,
  ScimToken,
} from './scim-token.graphql.js';
import { ScimTokenService } from './scim-token.service.js';
import type { ScimToken as TokenFacts } from './scim-token.types.js';

@Resolver()
export class ScimTokenResolver {
  constructor(private readonly service: ScimTokenService) {}

  @Mutation(() => CreateScimTokenPayload, {
    description:
      'Makes a token by which a directory provisions the people of an organization (SCIM 2.0). Whoever has it may do what an ' +
      'ADMIN may, there and in each project, so nobody makes one who lacks a part of that. Errors: CANNOT_GRANT, ' +
      'ENTITLEMENT_REQUIRED, PRECONDITION_FAILED where ten are in use, VALIDATION_FAILED, STEP_UP_REQUIRED.',
  })
  @Requires('scim.manage', 'input.organizationId')
  createScimToken(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateScimTokenInput,
  ): Promise<CreateScimTokenPayload> {
    return this.service.create(actor, input.organizationId, input);
  }

  @Mutation(() => RevokeScimTokenPayload, {
    description: 'Revokes the token of a directory, from its next request on. Whom the directory has brought stays.',
  })
  @Requires('scim.manage', 'input.scimTokenId', ScimTokenService)
  async revokeScimToken(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: RevokeScimTokenInput,
  ): Promise<RevokeScimTokenPayload> {
    return { scimToken: await this.service.revoke(actor, scope.organizationId, input.scimTokenId) };
  }
}

@Resolver(() => Organization)
export class OrganizationScimTokensResolver {
  constructor(private readonly service: ScimTokenService) {}

  @ResolveField(() => [ScimToken], {
    description: 'The tokens of its directories, newest first; expired and revoked ones too.',
  })
  @Requires('scim.manage', 'parent.id')
  scimTokens(@Parent() organization: OrganizationFacts): Promise<TokenFacts[]> {
    return this.service.list(organization.id);
  }

  @ResolveField(() => String, { description: 'Where its directories find the protocol: the base URL to give to them.' })
  @Public('one address for all organizations, which says nothing of any')
  scimBaseUrl(): string {
    return this.service.baseUrl;
  }
}
