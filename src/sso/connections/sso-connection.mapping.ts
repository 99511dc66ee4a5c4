import type { Row } from '../../platform/database/row.js';
import type { SamlIdentityProvider } from '../saml/saml-identity-provider.types.js';
import type { StoredSettings } from './secret-place.js';
import { addressesOf } from '../sources/source-addresses.js';
import type { SsoCandidateEntity } from './sso-candidate.entity.js';
import type { SsoConnectionEntity } from './sso-connection.entity.js';
import type { ConnectionSettings, SsoCandidate, SsoConnection } from './sso-connection.types.js';

/** A connection as others may see it: with its addresses, and without its secret. */
export function toConnection(row: Row<SsoConnectionEntity>, rootUrl: string): SsoConnection {
  const { callbackUrl, initiateUrl } = addressesOf(rootUrl, row.key);
  return {
    id: row.id,
    organizationId: row.organizationId,
    domainId: row.domainId,
    key: row.key,
    provider: row.provider,
    name: row.name,
    state: row.state,
    ...toSettings(row),
    signOutAtProvider: row.signOutAtProvider,
    callbackUrl,
    initiateUrl,
    enforcementStartsAt: row.enforcementStartsAt,
    createdAt: row.createdAt,
  };
}

export function toCandidate(row: Row<SsoCandidateEntity>): SsoCandidate {
  return { connectionId: row.connectionId, ...toSettings(row), createdAt: row.createdAt };
}

function toSettings(row: StoredSettings): ConnectionSettings {
  return {
    issuer: row.issuer,
    clientId: row.clientId,
    hasClientSecret: row.clientSecret !== null,
    clientSecretExpiresAt: row.clientSecretExpiresAt,
    clientAuthMethod: row.clientAuthMethod,
    scopes: row.scopes,
    pkce: row.pkce,
    saml: row.saml as SamlIdentityProvider | null,
    testedAt: row.testedAt,
  };
}
