import { addressesOf } from './source-addresses.js';
import type { SsoConnectionEntity } from './sso-connection.entity.js';
import type { SsoConnection } from './sso-connection.types.js';

/** A connection as others may see it: with its addresses, and without its secret. */
export function toConnection(row: SsoConnectionEntity, rootUrl: string): SsoConnection {
  const { callbackUrl, initiateUrl } = addressesOf(rootUrl, row.key);
  return {
    id: row.id,
    organizationId: row.organizationId,
    domainId: row.domainId,
    key: row.key,
    provider: row.provider,
    name: row.name,
    state: row.state,
    issuer: row.issuer,
    clientId: row.clientId,
    hasClientSecret: row.clientSecret !== null,
    clientAuthMethod: row.clientAuthMethod,
    scopes: row.scopes,
    pkce: row.pkce,
    signOutAtProvider: row.signOutAtProvider,
    callbackUrl,
    initiateUrl,
    createdAt: row.createdAt,
  };
}
