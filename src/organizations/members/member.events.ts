import { auditEvent } from '../../audit/audit-event.types.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { Membership } from './member.types.js';

const resource = ({ userId }: { userId: string }) => ({ type: 'user', id: userId });

export const memberAddedToTrail = auditEvent(
  'member.added',
  (membership: Omit<Membership, 'joinedAt' | 'breakGlass'>) => ({
    organizationId: membership.organizationId,
    resource: resource(membership),
    after: { role: membership.role, source: membership.source },
  }),
);

export const memberRoleChanged = auditEvent(
  'member.roleChanged',
  (facts: {
    readonly organizationId: string;
    readonly userId: string;
    readonly before: BuiltInRole;
    readonly after: BuiltInRole;
  }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    before: { role: facts.before },
    after: { role: facts.after },
  }),
);

export const memberRemovedFromTrail = auditEvent('member.removed', (membership: Membership) => ({
  organizationId: membership.organizationId,
  resource: resource(membership),
  before: { role: membership.role, source: membership.source },
}));

interface BreakGlass {
  readonly organizationId: string;
  readonly userId: string;
}

export const breakGlassGranted = auditEvent('member.breakGlassGranted', (facts: BreakGlass) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  after: { breakGlass: true },
}));

export const breakGlassRevoked = auditEvent('member.breakGlassRevoked', (facts: BreakGlass) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { breakGlass: true },
}));
