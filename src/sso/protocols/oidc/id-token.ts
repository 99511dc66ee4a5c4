import type { IDToken } from 'openid-client';
import { tokenHash } from '../../../platform/crypto/token-hash.js';
import { toldValue } from '../check.types.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import { SKEW_SECONDS, wrongTime } from '../time-check.js';

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
 * @throws ProviderRefusal for a token that brings its own key along (CVE-2018-0114)
 */
export function readHeader(idToken: unknown): IdTokenHeader | null {
  const header = part(idToken, 0);
  if (!header) return null;
  const member = forbidden.find((name) => name in header);
  if (member !== undefined) throw new ProviderRefusal('ID_TOKEN_INVALID', `header ${member}`);
  const { alg, kid } = header;
  if (kid !== undefined && typeof kid !== 'string') throw new ProviderRefusal('ID_TOKEN_INVALID', 'header kid');
  return { alg: typeof alg === 'string' ? alg : '', kid };
}

/**
 * What openid-client leaves to its caller. It has checked the signature and `iss aud azp exp nbf nonce` before.
 * @throws ProviderRefusal naming the claim
 */
export function checkClaims(claims: IDToken, header: IdTokenHeader, accessToken: string, clientId: string): void {
  if (!isSubject(claims.sub)) {
    const check = { expected: 'sub of 1 to 255 visible characters', found: toldValue(claims.sub) };
    throw new ProviderRefusal('ID_TOKEN_INVALID', 'sub', { check });
  }
  // OpenID Connect Core 3.1.3.7, 5: openid-client looks at `azp` only where there are several audiences.
  if (claims.azp !== undefined && claims.azp !== clientId) {
    const check = { expected: `azp ${clientId}`, found: toldValue(claims.azp) };
    throw new ProviderRefusal('ID_TOKEN_INVALID', 'azp', { check });
  }
  const now = Date.now() / 1000;
  if (claims.iat > now + SKEW_SECONDS)
    throw new ProviderRefusal('ID_TOKEN_INVALID', 'iat', { check: wrongTime('iat', claims.iat, now) });
  const { at_hash: hash } = claims;
  if (hash !== undefined && hash !== tokenHash(header.alg, accessToken))
    throw new ProviderRefusal('ID_TOKEN_INVALID', 'at_hash');
}

/** OpenID Connect Core 2: at most 255 characters. What PostgreSQL can't store, or a reader can't see, is no name of anybody. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub !== '' && sub.length <= LONGEST_SUBJECT && !/[\p{Cc}\p{Cs}]/u.test(sub);
}

/** What a token claims, before anything of it is checked: for finding out what to check it against. */
export function readPayload(idToken: unknown): Record<string, unknown> | null {
  return part(idToken, 1);
}

/**
 * Google's `hd`: the Workspace organization that manages the account. The parameter of the same name in the request only
 * suggests an account to the person; the claim proves that it is one.
 * @param allowed canonical; empty for all
 * @throws ProviderRefusal
 */
export function checkHostedDomain({ hd }: IDToken, allowed: readonly string[]): void {
  if (allowed.length === 0) return;
  const check = { expected: `hd ${allowed.join(' or ')}`, found: toldValue(hd) };
  if (typeof hd !== 'string') throw new ProviderRefusal('HOSTED_DOMAIN', 'hd is missing', { check });
  if (!allowed.includes(hd.toLowerCase())) throw new ProviderRefusal('HOSTED_DOMAIN', 'hd is another', { check });
}

function part(token: unknown, index: 0 | 1): Record<string, unknown> | null {
  if (typeof token !== 'string') return null;
  return jsonObject(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
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
