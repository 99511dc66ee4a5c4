import { auditEvent, auditRefusal } from '../../audit/audit-event.types.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { Membership, NewMembership } from './member.types.js';

const resource = ({ userId }: { userId: string }) => ({ type: 'user', id: userId });

export const memberAddedToTrail = auditEvent('member.added', (membership: NewMembership) => ({
  organizationId: membership.organizationId,
  resource: resource(membership),
  after: {
    role: membership.role,
    source: membership.source,
    ...(membership.ssoException === true ? { ssoException: true } : {}),
  },
}));

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

/** One event of both changes: neither happens without the other. */
export const ownershipTransferred = auditEvent(
  'organization.ownershipTransferred',
  (facts: {
    readonly organizationId: string;
    readonly from: string;
    readonly to: string;
    readonly before: BuiltInRole;
  }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'user', id: facts.to },
    before: { owner: facts.from, role: facts.before },
    after: { owner: facts.to, role: 'OWNER', roleOfFormerOwner: 'ADMIN' },
  }),
);

/** A seat was wanted for somebody whom a setting brings along, and none was free. They have come in without it. */
export const memberRefused = auditRefusal(
  'member.refused',
  (facts: Pick<NewMembership, 'organizationId' | 'userId' | 'role' | 'source'>) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    after: { reason: 'NO_SEAT', role: facts.role, source: facts.source },
  }),
);

/** One of a list of changes, which goes on without it. */
export const memberChangeRefused = auditRefusal(
  'member.changeRefused',
  (facts: Somebody & { readonly code: string; readonly reason: string }) => ({
    organizationId: facts.organizationId,
    resource: { type: 'member', id: null },
    after: { userId: facts.userId, code: facts.code, reason: facts.reason },
  }),
);

interface Somebody {
  readonly organizationId: string;
  readonly userId: string;
}

export const breakGlassGranted = auditEvent('member.breakGlassGranted', (facts: Somebody) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  after: { breakGlass: true },
}));

export const breakGlassRevoked = auditEvent('member.breakGlassRevoked', (facts: Somebody) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { breakGlass: true },
}));

export const ssoExceptionGranted = auditEvent(
  'member.ssoExceptionGranted',
  (facts: Somebody & { readonly reason: string }) => ({
    organizationId: facts.organizationId,
    resource: resource(facts),
    after: { ssoException: true, reason: facts.reason },
  }),
);

export const ssoExceptionRevoked = auditEvent('member.ssoExceptionRevoked', (facts: Somebody) => ({
  organizationId: facts.organizationId,
  resource: resource(facts),
  before: { ssoException: true },
}));
