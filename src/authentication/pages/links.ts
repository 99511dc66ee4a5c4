import type { Request } from 'express';
import type { SignInRefusalReason } from '../sign-in/sign-in-refused.js';

/** Where somebody goes who is signed in. @param returnTo a path of ours; `/` for who wanted nothing in particular */
export const onward = (returnTo: string): string => (returnTo === '/' ? '/console' : returnTo);

/** The first step, for who wants to go on to a path of ours. */
export const signInUrl = (returnTo: string): string => withQuery('/sign-in', wanted(returnTo));

/** The password step, past single sign-on. Without an email it asks for that too. */
export function passwordUrl(returnTo: string, email?: string): string {
  return withQuery('/sign-in/password', { ...(email === undefined ? {} : { email }), ...wanted(returnTo) });
}

/** The second step of a sign-in, after a right password. */
export const secondStepUrl = (returnTo: string): string => withQuery('/sign-in/second-factor', wanted(returnTo));

/** Where somebody proves again who they are, and goes on to a path of ours. */
export const confirmUrl = (returnTo: string): string => withQuery('/confirm', wanted(returnTo));

/** Where somebody without their password has a link mailed to them. @param email typed already */
export const forgotUrl = (email?: string): string =>
  withQuery('/forgot-password', email === undefined ? {} : { email });

/** The page that explains why something was refused, with the reference under which the log has it. */
export function authErrorUrl(code: SignInRefusalReason, { requestId = '' }: Request): string {
  return withQuery('/auth-error', { code, ref: requestId });
}

/** What happened, step by step, for those who may read it. @param reference what the person was shown */
export const traceUrl = (reference: string): string => `/sign-in-trace/${encodeURIComponent(reference)}`;

/** The providers as links that bring the person back to where they wanted to go. */
export function withReturnTo<Provider extends { readonly name: string; readonly loginUrl: string }>(
  providers: readonly Provider[],
  returnTo: string,
): Provider[] {
  return providers.map((provider) => ({ ...provider, loginUrl: withQuery(provider.loginUrl, wanted(returnTo)) }));
}

const wanted = (returnTo: string): Record<string, string> => (returnTo === '/' ? {} : { returnTo });

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}
