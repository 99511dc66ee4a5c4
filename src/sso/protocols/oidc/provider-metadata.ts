import { z } from 'zod';
import { AppError } from '../../../platform/errors/app-error.js';
import type { OutboundHttp } from '../../../platform/http/outbound.js';
import { OutboundError, type OutboundFailure } from '../../../platform/http/outbound-error.js';
import type { Fetch } from '../outbound-fetch.js';
import { fetchDocument } from './provider-document.js';

/** The part of a provider's description of itself that we use (OpenID Connect Discovery 1.0, 3; RFC 8414, 2; RFC 9207, 3; RP-Initiated Logout 1.0, 2.1). */
const description = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  userinfo_endpoint: z.string().exactOptional(),
  end_session_endpoint: z.string().optional().catch(undefined),
  id_token_signing_alg_values_supported: z.array(z.string()).default(['RS256']),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
});

type Described = Omit<z.output<typeof description>, 'end_session_endpoint'>;

export interface ProviderMetadata extends Described {
  /** There only where a browser may be sent there. */
  readonly end_session_endpoint?: string;
}

/** Signatures that the provider's public keys prove. Never `none`, and never HMAC, whose key would be the client secret. */
const provable = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;

const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'] as const;

/**
 * Reads what a provider says of itself, and believes it only under the very name that we know it by: letter by letter,
 * where openid-client would let a slash, a letter's case, or any tenant of Entra ID pass.
 * @param issuer as configured: http(s), without query and fragment
 * @param name what it must call itself: the issuer, but for Entra ID's shared ones
 * @throws ISSUER_NOT_ALLOWED for an address that may not be called, be it the issuer's or an endpoint's;
 *   ISSUER_UNREACHABLE when there is no usable answer; ISSUER_MISMATCH with `expected` and `found` in its facts
 */
export async function discover(
  outbound: OutboundHttp,
  fetch: Fetch,
  issuer: string,
  name = issuer,
): Promise<{ readonly metadata: ProviderMetadata; readonly keepUntil: number }> {
  const { body, keepUntil } = await fetchDocument(fetch, wellKnown(issuer)).catch(asIssuerError);
  refuseOtherName(name, body);
  const read = description.safeParse(body);
  if (!read.success) throw unusable(issuer, `"${read.error.issues[0]?.path.join('.') ?? ''}" is missing or malformed`);

  const { end_session_endpoint: signOut, ...metadata } = read.data;
  for (const name of endpoints) refuseUnlessCallable(outbound, name, metadata[name]);
  const algorithms = metadata.id_token_signing_alg_values_supported.filter((alg) => provable.test(alg));
  if (algorithms.length === 0) throw unusable(issuer, 'it offers no signature that its public keys would prove');
  const checked = { ...metadata, id_token_signing_alg_values_supported: algorithms };
  return { metadata: { ...checked, ...signOutPlace(outbound, signOut) }, keepUntil };
}

/** OpenID Connect Discovery 4.1: a slash at the issuer's end is not doubled. */
function wellKnown(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

function refuseOtherName(expected: string, body: unknown): void {
  const named = body !== null && typeof body === 'object' && 'issuer' in body ? body.issuer : undefined;
  if (named === expected) return;
  const found = typeof named === 'string' ? printable(named) : null;
  throw new AppError('ISSUER_MISMATCH', {
    message: `The identity provider calls itself ${found === null ? 'nothing' : `"${found}"`}, and the issuer that was given is "${expected}". They must be the same to the letter.`,
    facts: { expected, found },
  });
}

function refuseUnlessCallable(outbound: OutboundHttp, name: string, url: string | undefined): void {
  if (url === undefined) return;
  try {
    outbound.assertAllowedUrl(url);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new AppError('ISSUER_NOT_ALLOWED', {
      message: `The identity provider's ${name} may not be called: ${error.message}`,
      facts: { endpoint: name, host: error.host },
      cause: error,
    });
  }
}

/** Signing out there is a courtesy: an address that nobody may be sent to is no reason to refuse to sign in. */
function signOutPlace(outbound: OutboundHttp, url: string | undefined): Pick<ProviderMetadata, 'end_session_endpoint'> {
  try {
    return url === undefined ? {} : { end_session_endpoint: outbound.assertAllowedUrl(url).href };
  } catch (error) {
    if (error instanceof OutboundError) return {};
    throw error;
  }
}

const notAllowed: ReadonlySet<OutboundFailure> = new Set(['invalid-url', 'not-https', 'private-address']);

/** An outbound failure in the terms of whoever configures or uses the provider. */
export function issuerErrorFor(failure: OutboundError): AppError {
  return new AppError(notAllowed.has(failure.reason) ? 'ISSUER_NOT_ALLOWED' : 'ISSUER_UNREACHABLE', {
    message: `The identity provider cannot be used: ${failure.message}`,
    facts: { host: failure.host },
    cause: failure,
  });
}

function asIssuerError(error: unknown): never {
  const failure = OutboundError.in(error);
  throw failure ? issuerErrorFor(failure) : error;
}

function unusable(issuer: string, why: string): AppError {
  const message = `The answer of ${new URL(issuer).host} is no usable description of an OpenID provider: ${why}.`;
  return new AppError('ISSUER_UNREACHABLE', { message, facts: { host: new URL(issuer).host } });
}

/** What a stranger wrote, fit for a message. */
function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 300);
}
