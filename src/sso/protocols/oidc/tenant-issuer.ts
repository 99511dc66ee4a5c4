import { ProviderRefusal } from '../provider-refusal.types.js';
import { readPayload } from './id-token.js';

/** Stands in a description's issuer for the id of whichever directory the person is of (Microsoft identity platform). */
const PLACE = '{tenantid}';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a description stands for many issuers. */
export const isForManyTenants = (issuer: string): boolean => issuer.includes(PLACE);

/** Whether `named` is the issuer, or one that the description stands for. */
export function isIssuerOf(issuer: string, named: string | undefined): boolean {
  if (named === undefined || !isForManyTenants(issuer)) return named === issuer;
  const [before = '', after = ''] = issuer.split(PLACE);
  const tenant = named.slice(before.length, named.length - after.length);
  return guid.test(tenant) && named === issuer.replace(PLACE, tenant);
}

/**
 * The issuer that an ID token must have been made by, worked out from its `tid`. Nothing of the token has been believed by
 * then: whoever forges `tid` is held to the issuer that it makes, and that to the signature.
 * @throws ProviderRefusal unless `tid` is a directory's id, a GUID in lower case
 */
export function issuerOfTenant(issuer: string, idToken: unknown): string {
  const tenant = readPayload(idToken)?.tid;
  if (typeof tenant !== 'string' || !guid.test(tenant)) throw new ProviderRefusal('ID_TOKEN_INVALID', 'tid');
  return issuer.replace(PLACE, tenant);
}
