import { auditEvent } from '../../audit/audit-event.types.js';
import type { SsoConnection } from '../connections/sso-connection.types.js';
import type { MembershipRule } from './membership-rule.types.js';

interface Changed {
  readonly connection: SsoConnection;
  readonly before: MembershipRule;
  readonly after: MembershipRule;
}

const told = (key: string, { groupRoles, ...rule }: MembershipRule) => ({
  key,
  ...rule,
  groupRoles: groupRoles.map(({ group, role }) => `${group}: ${role}`),
});

export const ssoMembershipUpdated = auditEvent(
  'ssoConnection.membershipUpdated',
  ({ connection: { organizationId, id, key }, before, after }: Changed) => ({
    organizationId,
    resource: { type: 'ssoConnection', id },
    before: told(key, before),
    after: told(key, after),
  }),
);
