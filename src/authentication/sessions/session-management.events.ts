import { auditEvent } from '../../audit/audit-event.types.js';

/** Kept where sign-ins of the person are: by the organization that answers for their address, or by the instance. */
interface Kept {
  readonly organizationId: string | null;
}

export const sessionRevoked = auditEvent(
  'session.revoked',
  (facts: Kept & { readonly sessionId: string; readonly userId: string }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'session', id: facts.sessionId },
    after: { userId: facts.userId },
  }),
);

export const sessionsRevoked = auditEvent(
  'user.sessionsRevoked',
  (facts: Kept & { readonly userId: string; readonly sessions: number; readonly keptSessionId: string | null }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'user', id: facts.userId },
    after: { sessions: facts.sessions, keptSessionId: facts.keptSessionId },
  }),
);
