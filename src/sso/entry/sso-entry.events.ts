import { auditEvent } from '../../audit/audit-event.types.js';
import type { Proof } from '../../policy/proof.js';

/** An owner has come in past the single sign-on that is enforced there: once for each session. */
export const breakGlassUsed = auditEvent(
  'member.breakGlassUsed',
  (facts: { readonly organizationId: string; readonly userId: string; readonly proof: Proof }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'user', id: facts.userId },
    after: {
      method: facts.proof.method,
      connection: facts.proof.connection,
      secondFactor: facts.proof.secondFactor,
    },
  }),
);
