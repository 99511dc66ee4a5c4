import { auditRefusal } from '../audit/audit-event.types.js';
import type { Scope } from '../policy/actor.js';

/** Somebody asked for something and was refused: by a permission they lack, or by a rule of what they asked for. */
export const operationRefused = auditRefusal(
  'operation.refused',
  (facts: {
    readonly operation: string;
    readonly code: string;
    readonly reason: string;
    readonly scope: Scope | null;
  }) => ({
    organizationId: facts.scope?.organizationId ?? null,
    projectId: facts.scope?.projectId ?? null,
    resource: { type: 'operation', id: facts.operation },
    after: { code: facts.code, reason: facts.reason },
  }),
);
