import type { IDToken } from 'openid-client';
import { tokenHash } from '../../../platform/crypto/token-hash.js';
import { OidcRefusal } from './oidc-refusal.types.js';

/** How far clocks may be apart. */
export const SKEW_SECONDS = 60;

const LONGEST_SUBJECT = 255;

/** The part of an ID token's header that says how it is signed. */
export interface IdTokenHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** Members by which a token would name its own key, or an extension that it wants understood (RFC 7515, 4.1). */
const forbidden = ['jku', 'x5u', 'jwk', 'crit'] as const;

/**
 * Reads the header before anything else happens with the token.
 * @returns null where there is none to be read, which openid-client then refuses in its own words
 * @throws OidcRefusal for a token that brings its own key along (CVE-2018-0114)
 */
export function readHeader(idToken: unknown): IdTokenHeader | null {
  const header =
    typeof idToken === 'string' ? jsonObject(Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString()) : null;
  if (!header) return null;
  const member = forbidden.find((name) => name in header);
  if (member !== undefined) throw new OidcRefusal('ID_TOKEN_INVALID', `header ${member}`);
  const { alg, kid } = header;
  if (kid !== undefined && typeof kid !== 'string') throw new OidcRefusal('ID_TOKEN_INVALID', 'header kid');
  return { alg: typeof alg === 'string' ? alg : '', kid };
}

/**
 * What openid-client leaves to its caller. It has checked the signature and `iss aud azp exp nbf nonce` before.
 * @throws OidcRefusal naming the claim
 */
export function checkClaims(claims: IDToken, header: IdTokenHeader, accessToken: string, clientId: string): void {
  if (!isSubject(claims.sub)) throw new OidcRefusal('ID_TOKEN_INVALID', 'sub');
  // OpenID Connect Core 3.1.3.7, 5: openid-client looks at `azp` only where there are several audiences.
  if (claims.azp !== undefined && claims.azp !== clientId) throw new OidcRefusal('ID_TOKEN_INVALID', 'azp');
  if (claims.iat > Date.now() / 1000 + SKEW_SECONDS) throw new OidcRefusal('ID_TOKEN_INVALID', 'iat');
  const { at_hash: hash } = claims;
  if (hash !== undefined && hash !== tokenHash(header.alg, accessToken))
    throw new OidcRefusal('ID_TOKEN_INVALID', 'at_hash');
}

/** OpenID Connect Core 2: at most 255 characters. What PostgreSQL can't store, or a reader can't see, is no name of anybody. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub !== '' && sub.length <= LONGEST_SUBJECT && !/[\p{Cc}\p{Cs}]/u.test(sub);
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
