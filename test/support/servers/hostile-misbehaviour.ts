import type { JWK } from 'jose';

/** The members of a JSON object or the claims of a token; `undefined` is left out. */
export type Members = Readonly<Record<string, Json | undefined>>;

/** What some members say instead, of whatever type. */
type Bent<Name extends string> = Readonly<Partial<Record<Name, Json>>>;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Everything in which the hostile provider can be wrong, by the answer that it bends. What is not named stays correct.
 * The numbers are SECURITY's.
 */
export interface Misbehaviour {
  readonly discovery?: DiscoveryMisbehaviour;
  readonly jwks?: JwksMisbehaviour;
  readonly authorization?: AuthorizationMisbehaviour;
  readonly token?: TokenMisbehaviour;
  readonly idToken?: JwtMisbehaviour;
  readonly userinfo?: UserinfoMisbehaviour;
}

/** The provider's own description of itself (13, 16, 24, 26, 83). */
export interface DiscoveryMisbehaviour {
  /** Members to say otherwise: `issuer`, a private `jwks_uri` or `token_endpoint`, `code_challenge_methods_supported`, … */
  readonly members?: Bent<DiscoveryMember>;
  readonly without?: readonly DiscoveryMember[];
  readonly fault?: Fault;
}

export type DiscoveryMember =
  | 'issuer'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'userinfo_endpoint'
  | 'jwks_uri'
  | 'end_session_endpoint'
  | 'scopes_supported'
  | 'response_types_supported'
  | 'subject_types_supported'
  | 'id_token_signing_alg_values_supported'
  | 'token_endpoint_auth_methods_supported'
  | 'code_challenge_methods_supported'
  | 'authorization_response_iss_parameter_supported'
  | 'backchannel_logout_supported';

/** The published keys (6, 14, 16). */
export interface JwksMisbehaviour {
  /** So many keys of the same kind besides the right one, before it. */
  readonly decoys?: number;
  /** Members that no key has: `kid`, `alg`, `use`. */
  readonly withoutMembers?: readonly ('kid' | 'alg' | 'use')[];
  /** `decoys only` leaves out the key that signs. */
  readonly publish?: 'decoys only' | 'nothing';
  readonly fault?: Fault;
}

/** The way back to the relying party (20, 24, 27). Each list is what is sent, as often as it is sent; empty sends none. */
export interface AuthorizationMisbehaviour {
  readonly iss?: readonly string[];
  readonly state?: readonly string[];
  /** How many `code` parameters; only the first is a real code. */
  readonly codes?: number;
  /** Sent in place of a code: an OAuth error such as `access_denied`. */
  readonly error?: string;
  /** `optional` takes a request without PKCE, or with `plain`, as an outdated provider would. Refused otherwise. */
  readonly pkce?: 'optional';
}

/** The token response (16), but for what is in its ID token. */
export interface TokenMisbehaviour {
  readonly members?: Bent<TokenMember>;
  readonly without?: readonly TokenMember[];
  /** Answered with 400 in place of tokens: an OAuth error such as `invalid_grant`. */
  readonly error?: string;
  readonly fault?: Fault;
}

export type TokenMember = 'access_token' | 'token_type' | 'expires_in' | 'id_token' | 'scope' | 'refresh_token';

/** The ID token, or a logout token (2–11, 15, 17, 41, 42). */
export interface JwtMisbehaviour {
  /** Claims to say otherwise, of whatever type. Times are in seconds since the epoch: see `secondsFromNow`. */
  readonly claims?: Bent<ClaimName>;
  readonly without?: readonly ClaimName[];
  /** Header members to say otherwise, and an `alg` that does not match the signature. */
  readonly header?: JwtHeaderMembers;
  readonly withoutHeader?: readonly ('kid' | 'alg' | 'typ')[];
  /** With which published key it is signed; RS256 by default. */
  readonly algorithm?: 'RS256' | 'ES256';
  readonly signature?: JwtSignature;
}

export type ClaimName =
  | ('iss' | 'sub' | 'aud' | 'azp' | 'iat' | 'exp' | 'nbf' | 'auth_time' | 'nonce' | 'at_hash' | 'acr' | 'amr')
  | ('email' | 'email_verified' | 'name' | 'preferred_username' | 'groups' | 'hd' | 'tid' | 'oid' | 'xms_edov')
  | ('_claim_names' | '_claim_sources' | 'realm_access')
  | ('sid' | 'jti' | 'events');

export interface JwtHeaderMembers {
  readonly alg?: string;
  readonly kid?: Json;
  readonly typ?: string;
  /** `HostileProvider.attackerJwksUrl` is an address that would answer, and that notes who asked. */
  readonly jku?: string;
  readonly x5u?: string;
  /** `HostileProvider.attackerJwk` is the public half of the `unpublished key`. */
  readonly jwk?: JWK;
  readonly crit?: readonly string[];
  /** Something for `crit` to name. */
  readonly b64?: boolean;
}

/**
 * - `corrupted`: of the right key, one bit off
 * - `unpublished key`: of another key of the same kind
 * - `client secret`: HS256 with the client's own secret, which only a client registered for it may take
 * - `wrong secret`: HS256 with some other secret
 * - `public key as secret`: HS256 with the PEM text of the published RSA key (algorithm confusion, 9)
 * - `empty`: nothing after the last dot; `alg` is `none` unless the header says otherwise (7)
 */
export type JwtSignature =
  'corrupted' | 'unpublished key' | 'client secret' | 'wrong secret' | 'public key as secret' | 'empty';

/** The userinfo answer (12, 16, 41). */
export interface UserinfoMisbehaviour {
  readonly claims?: Bent<ClaimName>;
  readonly without?: readonly ClaimName[];
  readonly fault?: Fault;
}

/**
 * What a whole answer turns into (16, 82, 84). The large ones hold the correct answer too, so that only a cap refuses them:
 * - `not JSON`: 200 with a page of HTML; `broken JSON`: the correct answer without its last half
 * - `server error`: 500; `connection reset`: cut off before a byte
 * - `ten megabytes`, `gzip bomb`: the correct answer behind 10 MB, or behind 100 MB packed into a tenth of one
 * - `endless`: blanks, a few every tenth of a second, for ever; `stalled`: headers and no more; `silent`: nothing at all
 */
export type Fault =
  | 'not JSON'
  | 'broken JSON'
  | 'server error'
  | 'connection reset'
  | 'ten megabytes'
  | 'gzip bomb'
  | 'endless'
  | 'stalled'
  | 'silent'
  | { readonly redirectTo: string };

/** Seconds since the epoch, for the time claims: `secondsFromNow(-120)` is two minutes ago. */
export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** The members that an answer has in the end. */
export function bend<Name extends string>(
  correct: Members,
  otherwise?: Bent<Name>,
  without: readonly Name[] = [],
): Record<string, Json> {
  const absent: readonly string[] = without;
  const members = Object.entries<Json | undefined>({ ...correct, ...otherwise });
  const kept = members.filter(([name, value]) => value !== undefined && !absent.includes(name));
  return Object.fromEntries(kept) as Record<string, Json>;
}
