import { auditEvent } from '../../audit/audit-event.types.js';
import type { RoleGrant } from './role-grant.types.js';

const place = ({ id, organizationId, projectId }: RoleGrant) => ({
  organizationId,
  projectId,
  resource: { type: 'roleGrant', id },
});

const told = ({ userId, groupId, role, expiresAt, reason }: RoleGrant) => ({
  ...(userId === null ? { groupId } : { userId }),
  role: role.kind === 'builtIn' ? role.role : role.id,
  roleName: role.kind === 'builtIn' ? role.role : role.name,
  expiresAt: expiresAt?.toISOString() ?? null,
  reason,
});

export const roleGranted = auditEvent('roleGrant.created', (grant: RoleGrant) => ({
  ...place(grant),
  after: told(grant),
}));

export const roleGrantUpdated = auditEvent(
  'roleGrant.updated',
  ({ before, after }: { readonly before: RoleGrant; readonly after: RoleGrant }) => ({
    ...place(after),
    before: told(before),
    after: told(after),
  }),
);

export const roleGrantRevoked = auditEvent('roleGrant.revoked', (grant: RoleGrant) => ({
  ...place(grant),
  before: told(grant),
}));

export const roleGrantEnded = auditEvent('roleGrant.ended', (grant: RoleGrant) => ({
  ...place(grant),
  before: told(grant),
}));
