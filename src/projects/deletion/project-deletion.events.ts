import { auditEvent } from '../../audit/audit-event.types.js';
import type { Project } from '../project.types.js';

const told = ({ name, slug }: Project) => ({ name, slug });
const place = ({ organizationId, id }: Project) => ({
  organizationId,
  projectId: id,
  resource: { type: 'project', id },
});

export interface ProjectDeleted {
  readonly project: Project;
  /** Until when it can be undone; null where it was for good at once. */
  readonly goneAt: Date | null;
}

export const projectDeleted = auditEvent('project.deleted', ({ project, goneAt }: ProjectDeleted) => ({
  ...place(project),
  before: told(project),
  after: { goneAt: goneAt?.toISOString() ?? null },
}));

export const projectRestored = auditEvent('project.restored', (project: Project) => ({
  ...place(project),
  after: told(project),
}));
