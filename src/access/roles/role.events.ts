import { auditEvent } from '../../audit/audit-event.types.js';
import type { Role } from './role.types.js';

const told = ({ name, description, permissions }: Role) => ({ name, description, permissions: [...permissions] });
const resource = ({ id }: Role) => ({ type: 'role', id });

export const roleCreated = auditEvent('role.created', (role: Role) => ({
  organizationId: role.organizationId,
  resource: resource(role),
  after: told(role),
}));

export const roleUpdated = auditEvent(
  'role.updated',
  ({ before, after }: { readonly before: Role; readonly after: Role }) => ({
    organizationId: after.organizationId,
    resource: resource(after),
    before: told(before),
    after: told(after),
  }),
);

export const roleDeleted = auditEvent(
  'role.deleted',
  ({ role, grants }: { readonly role: Role; readonly grants: number }) => ({
    organizationId: role.organizationId,
    resource: resource(role),
    before: { ...told(role), grants },
  }),
);
