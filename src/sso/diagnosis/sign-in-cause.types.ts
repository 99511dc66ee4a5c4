import { signInCauses, type SignInCauseCode } from './sign-in-causes.js';

interface Rule {
  /** Of the trail's entry: the reason, and where it takes more to know, the detail. */
  readonly reason: string;
  readonly detail?: RegExp;
  readonly cause: SignInCauseCode;
}

/** How a refusal leads to its cause. The first that fits is taken. */
export const rules: readonly Rule[] = [
  { reason: 'ID_TOKEN_INVALID', detail: /missing/, cause: 'ANSWER_INVALID' },
  { reason: 'ID_TOKEN_INVALID', detail: /"?\b(?:exp|nbf|iat)\b"?/, cause: 'CLOCK_SKEW' },
  { reason: 'ID_TOKEN_INVALID', detail: /"?\b(?:aud|azp)\b"?/, cause: 'AUDIENCE' },
  { reason: 'ID_TOKEN_INVALID', cause: 'ANSWER_INVALID' },
  { reason: 'ID_TOKEN_SIGNATURE', cause: 'SIGNATURE' },
  { reason: 'USERINFO_INVALID', cause: 'ANSWER_INVALID' },
  {
    reason: 'CODE_REFUSED',
    detail: /^(?:invalid_client|unauthorized_client|challenged|incorrect_client_credentials)$/,
    cause: 'CLIENT_REFUSED',
  },
  { reason: 'CODE_REFUSED', detail: /^redirect_uri_mismatch$/, cause: 'WRONG_CALLBACK' },
  { reason: 'CODE_REFUSED', cause: 'CODE_REFUSED' },
  { reason: 'PROVIDER_DENIED', detail: /^access_denied$/, cause: 'NOT_ASSIGNED' },
  { reason: 'PROVIDER_DENIED', detail: /^redirect_uri_mismatch$/, cause: 'WRONG_CALLBACK' },
  { reason: 'PROVIDER_DENIED', cause: 'PROVIDER_DENIED' },
  { reason: 'ISSUER_UNREACHABLE', cause: 'PROVIDER_UNREACHABLE' },
  { reason: 'ISSUER_MISMATCH', cause: 'ISSUER_MISMATCH' },
  { reason: 'ISSUER_NOT_ALLOWED', cause: 'ADDRESS_NOT_ALLOWED' },
  { reason: 'SAML_TIME', cause: 'CLOCK_SKEW' },
  { reason: 'SAML_AUDIENCE', cause: 'AUDIENCE' },
  { reason: 'SAML_RECIPIENT', cause: 'WRONG_CALLBACK' },
  { reason: 'SAML_SIGNATURE', detail: /, all expired,/, cause: 'CERTIFICATE_EXPIRED' },
  { reason: 'SAML_SIGNATURE', cause: 'SIGNATURE' },
  { reason: 'SAML_ENCRYPTION', cause: 'ENCRYPTION' },
  { reason: 'SAML_OTHER_REQUEST', cause: 'UNSOLICITED' },
  { reason: 'SAML_SUBJECT', cause: 'SUBJECT_MISSING' },
  { reason: 'SAML_RESPONSE_INVALID', cause: 'ANSWER_INVALID' },
  { reason: 'HOSTED_DOMAIN', cause: 'OTHER_WORKSPACE' },
  { reason: 'EMAIL_MISSING', cause: 'EMAIL_MISSING' },
  { reason: 'EMAIL_NOT_VERIFIED', cause: 'EMAIL_UNVERIFIED' },
  { reason: 'EMAIL_UNPROVEN', cause: 'EMAIL_UNVERIFIED' },
  { reason: 'EMAIL_OUTSIDE_DOMAIN', cause: 'EMAIL_OUTSIDE_DOMAIN' },
  { reason: 'EMAIL_NOT_ALLOWED', cause: 'EMAIL_OUTSIDE_DOMAIN' },
  { reason: 'OTHER_SUBJECT', cause: 'OTHER_SUBJECT' },
  { reason: 'OTHER_PERSON', cause: 'OTHER_PERSON' },
  { reason: 'IDENTITY_TAKEN', cause: 'OTHER_PERSON' },
  { reason: 'PROVIDER_LINKED', cause: 'OTHER_PERSON' },
  { reason: 'PROOF_STALE', cause: 'PROOF_STALE' },
  { reason: 'SSO_REQUIRED', cause: 'OTHER_WAY' },
  { reason: 'ACCOUNT_EXISTS', cause: 'OTHER_WAY' },
  { reason: 'ACCOUNT_DEACTIVATED', cause: 'ACCOUNT_DEACTIVATED' },
  { reason: 'SIGN_UP_CLOSED', cause: 'SIGN_UP_CLOSED' },
  { reason: 'NO_SEAT', cause: 'NO_SEAT' },
  { reason: 'PROVIDER_UNKNOWN', cause: 'SWITCHED_OFF' },
  { reason: 'PROVIDER_CHANGED', cause: 'CHANGED_MEANWHILE' },
  { reason: 'FLOW_UNKNOWN', cause: 'FLOW_OVER' },
  { reason: 'FLOW_EXPIRED', cause: 'FLOW_OVER' },
  { reason: 'FLOW_OTHER_BROWSER', cause: 'FLOW_OVER' },
  { reason: 'FLOW_OTHER_PROVIDER', cause: 'FLOW_OVER' },
  { reason: 'CALLBACK_MALFORMED', cause: 'TAMPERED' },
  { reason: 'CALLBACK_ISSUER', cause: 'TAMPERED' },
];

/** The cause of a refusal, told by its reason and its detail on the trail. What nobody has thought of is ours. */
export function causeOf(reason: string, detail: string | null): SignInCauseCode {
  const fits = (rule: Rule) => rule.reason === reason && (rule.detail?.test(detail ?? '') ?? true);
  return rules.find(fits)?.cause ?? 'OURS';
}

/** A cause as administrators are told; nothing where nobody was refused. */
export function toldCause(reason: string | null, detail: string | null) {
  if (reason === null) return { cause: null, explanation: null, remedy: null };
  const cause = causeOf(reason, detail);
  return { cause, ...signInCauses[cause] };
}
