import { auditEvent } from '../audit/audit-event.types.js';
import type { Organization } from './organization.types.js';

const told = ({ name, slug, plan }: Organization) => ({ name, slug, plan });
const resource = ({ id }: Organization) => ({ type: 'organization', id });

export const organizationCreated = auditEvent('organization.created', (organization: Organization) => ({
  organizationId: organization.id,
  resource: resource(organization),
  after: told(organization),
}));

export const organizationUpdated = auditEvent(
  'organization.updated',
  ({ before, after }: { readonly before: Organization; readonly after: Organization }) => ({
    organizationId: after.id,
    resource: resource(after),
    before: told(before),
    after: told(after),
  }),
);
