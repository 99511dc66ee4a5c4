import { auditEvent } from '../../audit/audit-event.types.js';
import type { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { Expiry, Warning } from './expiries.js';

interface Warned {
  readonly connection: Pick<SsoConnectionEntity, 'id' | 'organizationId' | 'key'>;
  readonly expiry: Expiry;
  readonly days: Warning;
}

export const ssoExpiryWarned = auditEvent(
  'ssoConnection.expiryWarned',
  ({ connection: { id, organizationId, key }, expiry: { what, at }, days }: Warned) => ({
    organizationId,
    resource: { type: 'ssoConnection', id },
    after: { key, what, expiresAt: at.toISOString(), days },
  }),
);
