import type { VerifiedDomain } from '../organizations/domains/domain.types.js';
import type { Cipher } from '../platform/crypto/cipher.js';
import type { Secret } from '../platform/crypto/secret.js';
import { githubEndpoints } from './providers/github-vendor.js';
import { vendors, type Vendor } from './providers/providers.js';
import { secretPlaceOf, type StoredSettings } from './secret-place.js';
import type { SignInSource, SourceFacts } from './sign-in-source.types.js';
import { addressesOf } from './source-addresses.js';
import type { SsoConnectionEntity } from './sso-connection.entity.js';

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
  const { issuer, clientId, clientAuthMethod, scopes, pkce } = settings;
  const vendor = vendors[row.provider];
  const allowedDomains = domains.map(({ name }) => name);
  const facts = factsOf(row, vendor, allowedDomains, house.rootUrl);
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

function factsOf(
  row: SsoConnectionEntity,
  vendor: Vendor,
  allowedDomains: readonly string[],
  rootUrl: string,
): SourceFacts {
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
    // Its organization owns the domain: what its own provider says of an address there is as good as a proof. Where
    // anybody can have an account, the provider is not its own.
    requireEmailVerified: vendor.isOpenToAnybody,
    allowAccountLinking: true,
    signOutAtProvider: row.signOutAtProvider,
  };
}

function secretOf(settings: StoredSettings, cipher: Cipher): Secret | null {
  return settings.clientSecret === null ? null : cipher.decrypt(settings.clientSecret, secretPlaceOf(settings));
}
