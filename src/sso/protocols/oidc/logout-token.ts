import { createLocalJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { isSubject, readHeader } from './id-token.js';
import { SKEW_SECONDS } from '../time-check.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import type { Fetch } from '../outbound-fetch.js';
import type { ProviderMetadata } from './provider-metadata.js';
import type { LogoutNotice } from './relying-party.types.js';
import type { SigningKeys } from './signing-keys.js';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What a provider that says no more than when a token was made is believed for. */
const OLDEST_SECONDS = 10 * 60;

interface Expected {
  readonly metadata: ProviderMetadata;
  readonly keys: SigningKeys;
  readonly clientId: string;
}

/**
 * Reads a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). One that names a session of the provider's alone
 * (`sid` without `sub`) is refused, since our connections ask for no `sid`.
 * @throws ProviderRefusal with `LOGOUT_TOKEN_INVALID`
 */
export async function readLogoutToken(
  token: string,
  { metadata, keys, clientId }: Expected,
  fetch: Fetch,
): Promise<LogoutNotice> {
  const header = readHeader(token);
  if (!header) throw refuse('no token');
  const set = await keys.find(fetch, metadata.jwks_uri, header.kid);
  const { payload } = await jwtVerify(token, createLocalJWKSet(set), {
    issuer: metadata.issuer,
    audience: clientId,
    // Those that public keys prove: never `none`, never one keyed with a secret.
    algorithms: metadata.id_token_signing_alg_values_supported,
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['iat', 'jti', 'events'],
    maxTokenAge: OLDEST_SECONDS,
  }).catch((error: unknown) => {
    if (error instanceof errors.JOSEError) throw refuse(error.code, error);
    throw error;
  });
  return noticeOf(payload, metadata.issuer);
}

function noticeOf(payload: JWTPayload, issuer: string): LogoutNotice {
  // With a nonce it would be an ID token, which anybody who signs somebody in can hold (2.4).
  if ('nonce' in payload) throw refuse('nonce');
  const { events, sub, jti, exp, iat = 0 } = payload;
  if (!isObject(events) || !isObject(events[LOGOUT_EVENT])) throw refuse('events');
  if (sub === undefined || !isSubject(sub)) throw refuse('sub');
  if (typeof jti !== 'string' || jti === '') throw refuse('jti');
  const expiresAt = new Date(((exp ?? iat + OLDEST_SECONDS) + 2 * SKEW_SECONDS) * 1000);
  return { issuer, subject: sub, tokenId: jti, expiresAt };
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';

const refuse = (detail: string, cause?: unknown): ProviderRefusal =>
  new ProviderRefusal('LOGOUT_TOKEN_INVALID', detail, { cause });
