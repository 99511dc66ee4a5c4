import * as oidc from 'openid-client';
import { AppError, type ErrorCode } from '../../../platform/errors/app-error.js';
import { OutboundError } from '../../../platform/http/outbound-error.js';
import { ProviderRefusal, type ProviderRefusalReason } from '../provider-refusal.types.js';
import { checkIn, type Circumstances } from './failed-check.js';
import { issuerErrorFor } from './provider-metadata.js';

/** How far a sign-in had come. openid-client has one code for whatever is malformed: the stage tells what that was. */
export type Stage = 'callback' | 'token' | 'idToken' | 'signature' | 'userinfo';

const reasonAt: Readonly<Record<Stage, ProviderRefusalReason>> = {
  callback: 'CALLBACK_MALFORMED',
  token: 'ISSUER_UNREACHABLE',
  idToken: 'ID_TOKEN_INVALID',
  signature: 'ID_TOKEN_SIGNATURE',
  userinfo: 'USERINFO_INVALID',
};

/** What openid-client says of an answer that is no answer, at whatever stage. */
const noAnswer: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_PARSE_ERROR',
]);

/**
 * Why a sign-in failed, found in what openid-client or the guarded HTTP client threw.
 * @param around what was asked of whom, for telling what had been expected
 * @returns null for what is no refusal but a mistake of ours
 */
export function refusalIn(error: unknown, stage: Stage, around: Circumstances = {}): ProviderRefusal | null {
  const refusal = explain(error, stage);
  if (!refusal || refusal.check) return refusal;
  const { reason, detail, cause } = refusal;
  return new ProviderRefusal(reason, detail, { cause, check: checkIn(causesOf(error), reason, around) });
}

function explain(error: unknown, stage: Stage): ProviderRefusal | null {
  const own = causesOf(error).find((cause) => cause instanceof ProviderRefusal);
  if (own) return own;
  const failure = OutboundError.in(error);
  if (failure) return issuerRefusal(issuerErrorFor(failure));
  if (error instanceof AppError) return issuerRefusal(error);
  if (error instanceof oidc.AuthorizationResponseError) return refuse('PROVIDER_DENIED', oneWord(error.error), error);
  if (error instanceof oidc.ResponseBodyError) return refuse('CODE_REFUSED', oneWord(error.error), error);
  if (error instanceof oidc.WWWAuthenticateChallengeError) return refuse(challenged(stage), 'challenged', error);
  if (!(error instanceof oidc.ClientError)) return null;
  const reason = noAnswer.has(error.code ?? '') ? 'ISSUER_UNREACHABLE' : reasonAt[stage];
  return refuse(reason, wordsOf(error), error);
}

const issuerReasons: Partial<Record<ErrorCode, ProviderRefusalReason>> = {
  ISSUER_UNREACHABLE: 'ISSUER_UNREACHABLE',
  ISSUER_MISMATCH: 'ISSUER_MISMATCH',
  ISSUER_NOT_ALLOWED: 'ISSUER_NOT_ALLOWED',
};

function issuerRefusal(error: AppError): ProviderRefusal | null {
  const reason = issuerReasons[error.code];
  return reason === undefined ? null : refuse(reason, error.message, error);
}

function refuse(reason: ProviderRefusalReason, detail: string, cause: Error): ProviderRefusal {
  return new ProviderRefusal(reason, detail, { cause });
}

/** 401 with a challenge: of the client at the token endpoint, of the access token at userinfo. */
function challenged(stage: Stage): ProviderRefusalReason {
  return stage === 'userinfo' ? 'USERINFO_INVALID' : 'CODE_REFUSED';
}

/** An OAuth error code is one word (RFC 6749, 4.1.2.1). What else a stranger put there is not for our trail. */
export function oneWord(code: string): string {
  return /^[\w.-]{1,64}$/.test(code) ? code : 'an error code that is none';
}

/** The innermost words of openid-client: they are fixed, and repeat nothing that the provider sent. */
function wordsOf(error: oidc.ClientError): string {
  const words = causesOf(error).flatMap((cause) => (isFromLibrary(cause) ? [cause.message] : []));
  return words.at(-1) ?? error.message;
}

function isFromLibrary(cause: object): cause is Error {
  return (
    cause instanceof Error &&
    ['ClientError', 'OperationProcessingError', 'UnsupportedOperationError'].includes(cause.name)
  );
}

/** The error and everything it says was its cause, outermost first. */
function causesOf(error: unknown): object[] {
  const chain: object[] = [];
  let link: unknown = error;
  while (typeof link === 'object' && link !== null && !chain.includes(link)) {
    chain.push(link);
    link = 'cause' in link ? link.cause : undefined;
  }
  return chain;
}
