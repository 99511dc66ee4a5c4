import type { ProviderRefusalReason } from '../protocols/provider-refusal.types.js';
import type { StoredStep, TraceStepName } from './sign-in-trace.types.js';

/**
 * The step at which a sign-in fails for each reason of a protocol. Where that can be any, the last that seemed to be passed
 * tells: it is the `next` one, or `last` itself turns out to have led nowhere.
 */
const failing: Readonly<Record<ProviderRefusalReason, TraceStepName | 'next' | 'last'>> = {
  PROVIDER_UNKNOWN: 'last',
  CALLBACK_MALFORMED: 'CAME_BACK',
  CALLBACK_ISSUER: 'CAME_BACK',
  FLOW_UNKNOWN: 'CAME_BACK',
  FLOW_EXPIRED: 'CAME_BACK',
  FLOW_OTHER_BROWSER: 'CAME_BACK',
  FLOW_OTHER_PROVIDER: 'CAME_BACK',
  PROVIDER_CHANGED: 'CAME_BACK',
  PROVIDER_DENIED: 'CAME_BACK',
  ISSUER_UNREACHABLE: 'next',
  ISSUER_MISMATCH: 'next',
  ISSUER_NOT_ALLOWED: 'next',
  CODE_REFUSED: 'CODE_EXCHANGED',
  ID_TOKEN_INVALID: 'PROOF_CHECKED',
  ID_TOKEN_SIGNATURE: 'PROOF_CHECKED',
  USERINFO_INVALID: 'PROOF_CHECKED',
  SAML_RESPONSE_INVALID: 'PROOF_CHECKED',
  SAML_SIGNATURE: 'PROOF_CHECKED',
  SAML_ENCRYPTION: 'PROOF_CHECKED',
  SAML_AUDIENCE: 'PROOF_CHECKED',
  SAML_RECIPIENT: 'PROOF_CHECKED',
  SAML_OTHER_REQUEST: 'PROOF_CHECKED',
  SAML_TIME: 'PROOF_CHECKED',
  SAML_SUBJECT: 'PROOF_CHECKED',
  HOSTED_DOMAIN: 'PROOF_CHECKED',
  LOGOUT_TOKEN_INVALID: 'next',
  UNEXPECTED: 'next',
};

const behind: Readonly<Partial<Record<TraceStepName, TraceStepName>>> = {
  SENT_TO_PROVIDER: 'CAME_BACK',
  CAME_BACK: 'CODE_EXCHANGED',
  CODE_EXCHANGED: 'PROOF_CHECKED',
  PROOF_CHECKED: 'ACCOUNT_JUDGED',
  ACCOUNT_JUDGED: 'SIGNED_IN',
};

/** The step that was not passed. A reason that no protocol has is one of the account rules. */
export function failedStep(reason: string, steps: readonly StoredStep[]): TraceStepName {
  const step = Object.hasOwn(failing, reason) ? failing[reason as ProviderRefusalReason] : 'ACCOUNT_JUDGED';
  if (step !== 'next' && step !== 'last') return step;
  const last = steps.at(-1)?.step ?? 'CAME_BACK';
  if (last === 'BEGUN') return 'SENT_TO_PROVIDER';
  return step === 'last' ? last : (behind[last] ?? last);
}
