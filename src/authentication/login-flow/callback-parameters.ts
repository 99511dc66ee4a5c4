import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import type { Protocol } from '../../sso/sources/sign-in-source.types.js';

const once = ['state', 'code', 'error', 'iss'] as const;

/**
 * The query of a callback, read by ourselves: of a parameter that comes twice each reader takes another one (RFC 6749, 3.1).
 * SAML's answer is not among them: it was posted.
 * @param originalUrl path and query as the browser sent them
 * @throws ProviderRefusal
 */
export function callbackParameters(originalUrl: string, protocol: Protocol): URLSearchParams {
  const { searchParams } = new URL(originalUrl, 'http://callback.invalid');
  const repeated = once.find((name) => searchParams.getAll(name).length > 1);
  if (repeated !== undefined) throw new ProviderRefusal('CALLBACK_MALFORMED', `${repeated} comes twice`);
  if (!searchParams.has('state')) throw new ProviderRefusal('FLOW_UNKNOWN', 'state is missing');
  if (protocol !== 'saml' && !searchParams.has('code') && !searchParams.has('error'))
    throw new ProviderRefusal('CALLBACK_MALFORMED', 'neither code nor error');
  return searchParams;
}
