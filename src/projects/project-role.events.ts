import { auditEvent } from '../audit/audit-event.types.js';
import type { ProjectMember, ProjectScope } from './project.types.js';

interface Change {
  readonly scope: ProjectScope;
  readonly before: ProjectMember;
  readonly after: ProjectMember;
}

const told = ({ role, source }: ProjectMember) => ({ role, source });

const describe = ({ scope, before, after }: Change) => ({
  organizationId: scope.organizationId,
  projectId: scope.projectId,
  resource: { type: 'user', id: after.userId },
  before: told(before),
  after: told(after),
});

export const projectRoleSet = auditEvent('project.roleSet', describe);

export const projectRoleCleared = auditEvent('project.roleCleared', describe);
