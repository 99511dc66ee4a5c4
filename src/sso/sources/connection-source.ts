import type { VerifiedDomain } from '../../organizations/domains/domain.types.js';
import type { Cipher } from '../../platform/crypto/cipher.js';
import type { Secret } from '../../platform/crypto/secret.js';
import { githubEndpoints } from '../providers/github-vendor.js';
import { vendors } from '../providers/providers.js';
import type { SamlIdentityProvider } from '../saml/saml-identity-provider.types.js';
import { samlKeyPlace, secretPlaceOf, type StoredSettings } from '../connections/secret-place.js';
import type { SamlSettings, SignInSource, SourceFacts } from './sign-in-source.types.js';
import { addressesOf } from './source-addresses.js';
import type { SsoConnectionEntity } from '../connections/sso-connection.entity.js';

interface House {
  readonly rootUrl: string;
  readonly cipher: Cipher;
}

/**
 * An organization's connection, ready to sign in the people of its domains.
 * @param domains proven, and its own
 * @param settings those of its candidate, where these are to be tried
 */
export function connectionSource(
  row: SsoConnectionEntity,
  domains: readonly VerifiedDomain[],
  house: House,
  settings: StoredSettings = row,
): SignInSource {
  const allowedDomains = domains.map(({ name }) => name);
  const { provider } = row;
  if (provider === 'SAML') {
    const { allowIdpInitiated } = settings.saml as SamlIdentityProvider;
    const facts = { ...factsOf(row, allowedDomains, house.rootUrl), allowIdpInitiated };
    return { ...facts, protocol: 'saml', settings: samlSettings(row, settings, facts, house.cipher) };
  }
  const vendor = vendors[provider];
  // Its organization owns the domain: what its own provider says of an address there is as good as a proof. Where anybody
  // can have an account, the provider is not its own.
  const facts = { ...factsOf(row, allowedDomains, house.rootUrl), requireEmailVerified: vendor.isOpenToAnybody };
  const { issuer, clientId, clientAuthMethod, scopes, pkce } = settings;
  const client = {
    issuer,
    clientId,
    // Read when it is used: who only asks whether a domain has a connection needs no secret.
    get clientSecret() {
      return secretOf(settings, house.cipher);
    },
    scopes,
    pkce,
  };
  if (vendor.protocol === 'github')
    return { ...facts, protocol: 'github', settings: Object.assign(client, githubEndpoints(issuer)) };
  const { emailVerifiedClaims: emailVerified, namesHostedDomain, quirks } = vendor;
  const oidcSettings = Object.assign(client, {
    clientAuthMethod,
    clientKey: null,
    claims: { email: 'email', name: 'name', emailVerified },
    hostedDomains: namesHostedDomain ? allowedDomains : [],
    quirks,
  });
  return { ...facts, protocol: 'oidc', settings: oidcSettings };
}

function factsOf(row: SsoConnectionEntity, allowedDomains: readonly string[], rootUrl: string): SourceFacts {
  return {
    key: row.key,
    name: row.name,
    ...addressesOf(rootUrl, row.key),
    kind: 'connection',
    connectionId: row.id,
    organizationId: row.organizationId,
    identitySource: row.id,
    allowSignUp: true,
    allowedDomains,
    requireEmailVerified: false,
    allowAccountLinking: true,
    allowIdpInitiated: false,
    signOutAtProvider: row.signOutAtProvider,
  };
}

function samlSettings(
  row: SsoConnectionEntity,
  { issuer, clientId, saml }: StoredSettings,
  { callbackUrl }: SourceFacts,
  cipher: Cipher,
): SamlSettings {
  const { samlPrivateKey, samlCertificate } = row;
  if (saml === null || samlPrivateKey === null || samlCertificate === null)
    throw new Error(`The connection ${row.key} has no settings of SAML.`);
  const { ssoUrl, certificates, signRequests, nameIdFormat, attributes } = saml as SamlIdentityProvider;
  return {
    issuer,
    ssoUrl,
    certificates: certificates.map(({ pem, notAfter }) => ({ pem, notAfter: new Date(notAfter) })),
    ourEntityId: clientId,
    acsUrl: callbackUrl,
    signRequests,
    keyPair: {
      // Read when it is used, as a client secret is.
      get privateKey() {
        return cipher.decrypt(samlPrivateKey, samlKeyPlace(row.id));
      },
      certificate: samlCertificate,
    },
    attributes,
    nameIdFormat,
  };
}

function secretOf(settings: StoredSettings, cipher: Cipher): Secret | null {
  return settings.clientSecret === null ? null : cipher.decrypt(settings.clientSecret, secretPlaceOf(settings));
}
