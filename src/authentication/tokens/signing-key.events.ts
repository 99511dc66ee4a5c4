import { auditEvent } from '../../audit/audit-event.types.js';

/** - `first`: there was none · `age`: the last has signed for its thirty days · `asked` · `compromised`: all others are withdrawn */
export type RotationReason = 'first' | 'age' | 'asked' | 'compromised';

export const signingKeyRotated = auditEvent(
  'signingKey.rotated',
  (facts: { readonly id: string; readonly signsFrom: Date; readonly why: RotationReason }) => ({
    organizationId: null,
    resource: { type: 'signingKey', id: facts.id },
    after: { signsFrom: facts.signsFrom.toISOString(), why: facts.why },
  }),
);
