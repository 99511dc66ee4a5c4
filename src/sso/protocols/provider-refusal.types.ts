import type { Check } from './check.types.js';

/**
 * Why a sign-in through a provider got no further, for the audit trail. The account rules come after and have their own.
 * - `PROVIDER_UNKNOWN`: no such provider or connection, or none in use
 * - `CALLBACK_MALFORMED`, `CALLBACK_ISSUER`: the callback's parameters, or its `iss` (RFC 9207)
 * - `FLOW_…`: its `state` names no sign-in that this browser has begun here in the last ten minutes
 * - `PROVIDER_CHANGED`: the connection was changed while the sign-in was under way
 * - `PROVIDER_DENIED`: the provider says no, or the person did
 * - `ISSUER_…`: the provider can't be reached, is another, or may not be called
 * - `CODE_REFUSED`, `ID_TOKEN_…`, `USERINFO_INVALID`: the step of the exchange that failed
 * - `SAML_RESPONSE_INVALID`: what was posted is no SAML response of the one shape that is read
 * - `SAML_SIGNATURE`: it, or its assertion, is not signed by the identity provider in a way that is believed
 * - `SAML_ENCRYPTION`: its assertion can't be opened
 * - `SAML_AUDIENCE`, `SAML_RECIPIENT`: it is meant for somebody else, or for another address of ours
 * - `SAML_OTHER_REQUEST`: it answers another request of ours, or none
 * - `SAML_TIME`: it comes too early or too late
 * - `SAML_SUBJECT`: it names nobody who could be known again
 * - `HOSTED_DOMAIN`: the account is not of one of the organizations that may sign in (Google's `hd`)
 * - `LOGOUT_TOKEN_INVALID`: a provider's word that somebody signed out there, which is not believed
 * - `UNEXPECTED`: a defect or an outage of ours; the log has it under the same request id
 */
export type ProviderRefusalReason =
  | 'PROVIDER_UNKNOWN'
  | 'CALLBACK_MALFORMED'
  | 'CALLBACK_ISSUER'
  | 'FLOW_UNKNOWN'
  | 'FLOW_EXPIRED'
  | 'FLOW_OTHER_BROWSER'
  | 'FLOW_OTHER_PROVIDER'
  | 'PROVIDER_CHANGED'
  | 'PROVIDER_DENIED'
  | 'ISSUER_UNREACHABLE'
  | 'ISSUER_MISMATCH'
  | 'ISSUER_NOT_ALLOWED'
  | 'CODE_REFUSED'
  | 'ID_TOKEN_INVALID'
  | 'ID_TOKEN_SIGNATURE'
  | 'USERINFO_INVALID'
  | 'SAML_RESPONSE_INVALID'
  | 'SAML_SIGNATURE'
  | 'SAML_ENCRYPTION'
  | 'SAML_AUDIENCE'
  | 'SAML_RECIPIENT'
  | 'SAML_OTHER_REQUEST'
  | 'SAML_TIME'
  | 'SAML_SUBJECT'
  | 'HOSTED_DOMAIN'
  | 'LOGOUT_TOKEN_INVALID'
  | 'UNEXPECTED';

/** A sign-in that must not go on. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';
  /** For the trace of the attempt: what was looked for, and what was there. */
  readonly check: Check | undefined;

  constructor(
    readonly reason: ProviderRefusalReason,
    /** What exactly, for whoever reads the trail: in fixed words, or what is public anyway. Never a token, code or secret. */
    readonly detail: string,
    { check, ...options }: ErrorOptions & { readonly check?: Check | undefined } = {},
  ) {
    super(`${reason}: ${detail}`, options);
    this.check = check;
  }
}
