import { auditEvent } from '../../audit/audit-event.types.js';
import type { SsoConnection } from '../connections/sso-connection.types.js';

interface Spoken {
  readonly connection: SsoConnection;
  readonly domain: string;
}

const about = ({ id, organizationId }: SsoConnection) => ({ organizationId, resource: { type: 'ssoConnection', id } });

export const ssoDomainAdded = auditEvent(
  'ssoConnection.domainAdded',
  ({ connection, domain, sessionsEnded }: Spoken & { readonly sessionsEnded: number }) => ({
    ...about(connection),
    after: { key: connection.key, domain, sessionsEnded },
  }),
);

export const ssoDomainRemoved = auditEvent('ssoConnection.domainRemoved', ({ connection, domain }: Spoken) => ({
  ...about(connection),
  before: { key: connection.key, domain },
}));
