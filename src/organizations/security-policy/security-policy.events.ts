import { auditEvent } from '../../audit/audit-event.types.js';
import type { SecurityPolicy } from './security-policy.types.js';

const told = ({ organizationId: _, ...rules }: SecurityPolicy) => ({ ...rules });

export const securityPolicyUpdated = auditEvent(
  'securityPolicy.updated',
  ({ before, after }: { readonly before: SecurityPolicy; readonly after: SecurityPolicy }) => ({
    organizationId: after.organizationId,
    resource: { type: 'organization', id: after.organizationId },
    before: told(before),
    after: told(after),
  }),
);
