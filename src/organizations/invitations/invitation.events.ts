import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { Invitation } from './invitation.types.js';

const about = ({ id, organizationId, projectId }: Invitation) => ({
  organizationId,
  projectId,
  resource: { type: 'invitation', id },
});

const told = ({ email, role, projectRole, ssoException, state, expiresAt }: Invitation) => ({
  email,
  role,
  projectRole,
  ...(ssoException ? { ssoException } : {}),
  state,
  expiresAt: expiresAt.toISOString(),
});

export const invitationCreated = auditEvent('invitation.created', (invitation: Invitation) => ({
  ...about(invitation),
  after: told(invitation),
}));

interface Change {
  readonly before: Invitation;
  readonly after: Invitation;
}

const changed = ({ before, after }: Change) => ({ ...about(after), before: told(before), after: told(after) });

/** Sent anew: the link of the earlier mail is worth nothing from here on. */
export const invitationResent = auditEvent('invitation.resent', changed);

/** Withdrawn, or replaced by a new one to the same address. */
export const invitationRevoked = auditEvent('invitation.revoked', (facts: Change & { readonly because: string }) => {
  const { after, ...rest } = changed(facts);
  return { ...rest, after: { ...after, because: facts.because } };
});

export const invitationAcceptedOnTrail = auditEvent(
  'invitation.accepted',
  (facts: Change & { readonly userId: string }) => {
    const { after, ...rest } = changed(facts);
    return { ...rest, after: { ...after, userId: facts.userId } };
  },
);

/** One of a list that was not made; the others of the list were. */
export const invitationRefused = auditRefusal(
  'invitation.refused',
  (facts: {
    readonly organizationId: string;
    readonly email: string | null;
    readonly code: string;
    readonly reason: string;
  }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'invitation', id: null },
    after: { email: facts.email, code: facts.code, reason: facts.reason },
  }),
);
