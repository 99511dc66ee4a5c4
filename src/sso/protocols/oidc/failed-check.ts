import * as oidc from 'openid-client';
import { AppError } from '../../../platform/errors/app-error.js';
import { OutboundError } from '../../../platform/http/outbound-error.js';
import { toldNames, toldValue, type Check } from '../check.types.js';
import type { ProviderRefusalReason } from '../provider-refusal.types.js';
import { wrongTime } from '../time-check.js';

/** What was asked of whom; all of it public. */
export interface Circumstances {
  readonly clientId?: string;
  /** As `client_secret_basic`. */
  readonly clientAuthMethod?: string;
  readonly redirectUri?: string;
  /** The ID token's, as far as there was one. */
  readonly header?: { readonly alg: string; readonly kid: string | undefined };
  readonly keysAt?: string;
}

type Claims = Readonly<Record<string, unknown>>;

/** What openid-client hangs onto an error of a check: the claims, and which of them it is about. */
interface ClaimFailure {
  readonly claims: Claims;
  readonly claim?: unknown;
  readonly expected?: unknown;
  readonly now?: unknown;
}

const ofTime = new Set(['exp', 'nbf', 'iat', 'auth_time']);

/**
 * What a check had expected and what it found.
 * @param chain the error and everything that it says was its cause, outermost first
 */
export function checkIn(
  chain: readonly object[],
  reason: ProviderRefusalReason,
  around: Circumstances,
): Check | undefined {
  const problem = chain.find((link) => link instanceof AppError);
  if (problem) return ofFacts(problem);
  const failure = chain.find((link) => link instanceof OutboundError);
  if (failure) return { expected: answerOf(failure.host), found: failure.message };
  const answer = chain.find(
    (link) => link instanceof oidc.ResponseBodyError || link instanceof oidc.WWWAuthenticateChallengeError,
  );
  if (answer) return ofAnswer(answer, around);
  if (reason === 'PROVIDER_DENIED') return { expected: 'a code', found: wordOfCallback(chain) };
  if (reason === 'ID_TOKEN_SIGNATURE') return ofSignature(around);
  const response = chain.find((link) => link instanceof Response);
  if (response) return { expected: 'HTTP 200 with JSON', found: `HTTP ${response.status}` };
  const claims = chain.findLast(isClaimFailure);
  return claims && ofClaim(claims, chain, around);
}

function ofFacts({ facts, message }: AppError): Check {
  const { expected, found, host } = facts;
  if (typeof expected === 'string') return { expected, found: toldValue(found ?? undefined) };
  return { expected: answerOf(toldValue(host)), found: toldValue(message) };
}

const answerOf = (host: string): string => `a usable answer of ${host}`;

function ofAnswer(
  answer: oidc.ResponseBodyError | oidc.WWWAuthenticateChallengeError,
  { clientId = '', clientAuthMethod, redirectUri = '' }: Circumstances,
): Check {
  const word = answer instanceof oidc.ResponseBodyError ? toldValue(answer.error) : 'a challenge';
  const proof = clientAuthMethod === undefined ? '' : `, which proves itself by ${clientAuthMethod}`;
  return {
    expected: `tokens for the code, as client ${clientId}${proof}, with redirect_uri ${redirectUri}`,
    found: `${word} (HTTP ${answer.status})`,
  };
}

function wordOfCallback(chain: readonly object[]): string {
  const refusal = chain.find((link) => link instanceof oidc.AuthorizationResponseError);
  return toldValue(refusal?.error);
}

function ofSignature({ header, keysAt = '' }: Circumstances): Check {
  const key = header?.kid === undefined ? 'no key named' : `key ${toldValue(header.kid)}`;
  return { expected: `a signature by a key of ${keysAt}`, found: `${toldValue(header?.alg)}, ${key}` };
}

function ofClaim(
  { claims, claim: named, expected, now }: ClaimFailure,
  chain: readonly object[],
  around: Circumstances,
) {
  const claim = typeof named === 'string' ? named : claimIn(chain);
  if (claim === null) return undefined;
  // Of the nonce it is told whether there was one. Its value is what ties the answer to the browser.
  if (claim === 'nonce')
    return { expected: 'the nonce of this attempt', found: claims.nonce === undefined ? 'none' : 'another' };
  if (claims[claim] === undefined) return { expected: `the claim ${claim}`, found: `only ${toldNames(claims)}` };
  if (ofTime.has(claim)) return wrongTime(claim, claims[claim], typeof now === 'number' ? now : Date.now() / 1000);
  const wanted = claim === 'aud' || claim === 'azp' ? around.clientId : expected;
  return { expected: `${claim} ${toldValue(wanted)}`, found: toldValue(claims[claim]) };
}

/** The claim that an error of the library names in its fixed words: `JWT "exp" (expiration time) claim missing`. */
function claimIn(chain: readonly object[]): string | null {
  const words = chain.flatMap((link) => (link instanceof Error ? [link.message] : []));
  return /"(\w+)"(?: \([\w ]+\))? claim/.exec(words.join('\n'))?.[1] ?? null;
}

function isClaimFailure(link: object): link is ClaimFailure {
  return 'claims' in link && typeof link.claims === 'object' && link.claims !== null;
}
