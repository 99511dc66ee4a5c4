import { auditEvent } from '../../audit/audit-event.types.js';
import type { Organization } from '../organization.types.js';
import type { Deletion } from './deletion.types.js';

const told = ({ name, slug, plan }: Organization) => ({ name, slug, plan });
const resourceOf = (id: string) => ({ type: 'organization', id });

export interface OrganizationDeleted {
  readonly organization: Organization;
  /** Until when it can be undone; null where it was for good at once. */
  readonly goneAt: Date | null;
}

export const organizationDeleted = auditEvent(
  'organization.deleted',
  ({ organization, goneAt }: OrganizationDeleted) => ({
    organizationId: organization.id,
    resource: resourceOf(organization.id),
    before: told(organization),
    after: { goneAt: goneAt?.toISOString() ?? null },
  }),
);

export interface OrganizationRestored {
  readonly organization: Organization;
  /** Its domains that another organization has proven meanwhile. */
  readonly lostDomains: readonly string[];
}

export const organizationRestored = auditEvent(
  'organization.restored',
  ({ organization, lostDomains }: OrganizationRestored) => ({
    organizationId: organization.id,
    resource: resourceOf(organization.id),
    after: { ...told(organization), lostDomains },
  }),
);

const wasCalled = ({ name, slug }: Deletion) => ({ name, slug });

/** The time is over in which its deletion could be undone. */
export const organizationPurged = auditEvent('organization.purged', (deletion: Deletion) => ({
  organizationId: deletion.organizationId,
  resource: resourceOf(deletion.organizationId),
  before: wasCalled(deletion),
}));

/** The same of a project. */
export const projectPurged = auditEvent('project.purged', (deletion: Deletion) => ({
  organizationId: deletion.organizationId,
  projectId: deletion.projectId,
  resource: { type: 'project', id: deletion.projectId },
  before: wasCalled(deletion),
}));
