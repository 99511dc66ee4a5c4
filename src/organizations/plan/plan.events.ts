import { auditEvent } from '../../audit/audit-event.types.js';
import type { Booking } from './plan.types.js';

interface Change {
  readonly organizationId: string;
  readonly before: Booking;
  readonly after: Booking;
}

const told = ({ plan, seats }: Booking) => ({ plan, seats });

export const organizationPlanUpdated = auditEvent(
  'organization.planUpdated',
  ({ organizationId, before, after }: Change) => ({
    organizationId,
    resource: { type: 'organization', id: organizationId },
    before: told(before),
    after: told(after),
  }),
);
