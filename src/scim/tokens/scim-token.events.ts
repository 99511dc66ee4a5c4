import { auditEvent } from '../../audit/audit-event.types.js';
import type { Leak, ScimToken } from './scim-token.types.js';

const about = ({ organizationId, id }: ScimToken) => ({ organizationId, resource: { type: 'scimToken', id } });

const told = ({ name, display, role, expiresAt, revokedAt }: ScimToken) => ({
  name,
  display,
  role,
  expiresAt: expiresAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
});

export const scimTokenCreated = auditEvent('scimToken.created', (token: ScimToken) => ({
  ...about(token),
  after: told(token),
}));

export const scimTokenRevoked = auditEvent(
  'scimToken.revoked',
  ({ before, after, leak }: { readonly before: ScimToken; readonly after: ScimToken; readonly leak: Leak | null }) => ({
    ...about(after),
    before: told(before),
    after: { ...told(after), ...(leak === null ? {} : { reason: 'leaked', foundAt: leak.foundAt }) },
  }),
);
