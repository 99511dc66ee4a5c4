import { auditEvent } from '../../audit/audit-event.types.js';
import type { AccessRequest } from './access-request.types.js';

const place = ({ id, organizationId, projectId }: AccessRequest) => ({
  organizationId,
  projectId,
  resource: { type: 'accessRequest', id },
});

const asked = ({ userId, role, forSeconds, reason }: AccessRequest) => ({
  userId,
  role: role.kind === 'builtIn' ? role.role : role.id,
  roleName: role.kind === 'builtIn' ? role.role : role.name,
  forSeconds,
  reason,
});

export const accessRequested = auditEvent('accessRequest.created', (request: AccessRequest) => ({
  ...place(request),
  after: asked(request),
}));

export const accessRequestApproved = auditEvent('accessRequest.approved', (request: AccessRequest) => ({
  ...place(request),
  before: asked(request),
  after: { roleGrantId: request.roleGrantId, note: request.note },
}));

export const accessRequestDeclined = auditEvent('accessRequest.declined', (request: AccessRequest) => ({
  ...place(request),
  before: asked(request),
  after: { note: request.note },
}));

export const accessRequestWithdrawn = auditEvent('accessRequest.withdrawn', (request: AccessRequest) => ({
  ...place(request),
  before: asked(request),
}));
