import type { InvitationRow } from './invitation.entity.js';
import type { Invitation, InvitationState } from './invitation.types.js';

type Dates = Pick<InvitationRow, 'acceptedAt' | 'revokedAt' | 'expiresAt'>;

export function stateOf({ acceptedAt, revokedAt, expiresAt }: Dates, now: Date): InvitationState {
  if (acceptedAt) return 'ACCEPTED';
  if (revokedAt) return 'REVOKED';
  return expiresAt > now ? 'OPEN' : 'EXPIRED';
}

/** An invitation as other modules and callers see one: without the digest of its token. */
export function toInvitation(row: InvitationRow, now: Date): Invitation {
  return {
    id: row.id,
    organizationId: row.organizationId,
    email: row.email,
    role: row.role,
    projectId: row.projectId,
    projectRole: row.projectRole,
    ssoException: row.ssoException,
    invitedBy: row.invitedBy,
    state: stateOf(row, now),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    acceptedAt: row.acceptedAt,
    revokedAt: row.revokedAt,
  };
}
