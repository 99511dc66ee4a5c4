import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Public } from '../../policy/requires.decorator.js';
import { SamlIdentityProvider, SsoCandidate, SsoConnection } from '../connections/sso-connection.graphql.js';
import type { ConnectionSettings } from '../connections/sso-connection.types.js';

const why = 'a connection is shown only to those who may read the single sign-on of its organization';
const field = { nullable: true, description: 'What is known of the identity provider; null unless it speaks SAML.' };

@Resolver(() => SsoConnection)
export class ConnectionSamlResolver {
  @ResolveField(() => SamlIdentityProvider, field)
  @Public(why)
  saml(@Parent() settings: ConnectionSettings): SamlIdentityProvider | null {
    return shown(settings);
  }
}

@Resolver(() => SsoCandidate)
export class CandidateSamlResolver {
  @ResolveField(() => SamlIdentityProvider, field)
  @Public(why)
  saml(@Parent() settings: ConnectionSettings): SamlIdentityProvider | null {
    return shown(settings);
  }
}

function shown({ saml }: ConnectionSettings): SamlIdentityProvider | null {
  if (saml === null) return null;
  const { metadataUrl, ssoUrl, certificates, signRequests, allowIdpInitiated, nameIdFormat, attributes } = saml;
  return {
    metadataUrl,
    ssoUrl,
    certificates: certificates.map(({ fingerprint, notAfter }) => ({ fingerprint, expiresAt: new Date(notAfter) })),
    signRequests,
    allowIdpInitiated,
    nameIdFormat,
    subjectAttribute: attributes.subject,
    emailAttribute: attributes.email,
    nameAttribute: attributes.name,
    groupsAttribute: attributes.groups,
  };
}
