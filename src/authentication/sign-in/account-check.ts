import { parseEmailAddress } from '../../platform/text/email-address.js';
import { toldNames, toldValue, type Check } from '../../sso/protocols/check.types.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';

/** What a rule for accounts had expected of a proof and found in it, for the trace of the attempt. */
export function accountCheck(source: SignInSource, proof: ProviderProof, reason: string): Check | undefined {
  switch (reason) {
    case 'EMAIL_MISSING':
      return missingEmail(source, proof);
    case 'EMAIL_NOT_VERIFIED':
    case 'EMAIL_UNPROVEN':
      return { expected: 'an email that the provider has verified', found: toldValue(proof.emailVerified) };
    case 'EMAIL_OUTSIDE_DOMAIN':
    case 'EMAIL_NOT_ALLOWED':
      return {
        expected: source.allowedDomains.join(' or '),
        found: parseEmailAddress(proof.email)?.domain ?? 'no domain',
      };
    case 'OTHER_SUBJECT':
      return { expected: 'the subject that has signed in with this email before', found: toldValue(proof.subject) };
    case 'NO_SEAT':
      return { expected: 'a free seat in the organization', found: 'all of them taken' };
    default:
      return undefined;
  }
}

/** Of what came instead the names alone: the values are nobody's business. */
function missingEmail(source: SignInSource, { email, claims }: ProviderProof): Check {
  const expected = `an email${'claims' in source.settings ? `, in the claim ${source.settings.claims.email}` : ''}`;
  return { expected, found: email === null ? `only ${toldNames(claims)}` : toldValue(email) };
}
