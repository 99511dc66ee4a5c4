import { auditEvent } from '../audit/audit-event.types.js';
import type { Project } from './project.types.js';

const told = ({ name, slug }: Project) => ({ name, slug });
const place = ({ organizationId, id }: Project) => ({
  organizationId,
  projectId: id,
  resource: { type: 'project', id },
});

export const projectCreated = auditEvent('project.created', (project: Project) => ({
  ...place(project),
  after: told(project),
}));

export const projectUpdated = auditEvent(
  'project.updated',
  ({ before, after }: { readonly before: Project; readonly after: Project }) => ({
    ...place(after),
    before: told(before),
    after: told(after),
  }),
);
