import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { User } from '../../users/user.types.js';

interface AboutUser {
  readonly user: User;
  /** The organization that has proven the email's domain; null: the instance's trail tells of it. */
  readonly organizationId: string | null;
}

export const resetRequested = auditEvent('password.resetRequested', ({ user, organizationId }: AboutUser) => ({
  organizationId,
  resource: { type: 'user', id: user.id },
  after: { email: user.email },
}));

/** Somebody asked for a link and none was mailed; they were not told. */
export const resetRefused = auditRefusal(
  'password.resetRefused',
  (facts: { readonly email: string; readonly reason: string; readonly organizationId: string | null }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'user', id: null },
    after: { email: facts.email, reason: facts.reason },
  }),
);

export const emailChangeRequested = auditEvent(
  'user.emailChangeRequested',
  ({ user, organizationId, email }: AboutUser & { readonly email: string }) => ({
    organizationId,
    resource: { type: 'user', id: user.id },
    before: { email: user.email },
    after: { email },
  }),
);
