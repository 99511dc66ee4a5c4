import { auditEvent } from '../../audit/audit-event.types.js';

interface Reminded {
  readonly organizationId: string;
  readonly publicKeys: readonly string[];
}

export const apiKeysReminded = auditEvent('apiKey.reminded', ({ organizationId, publicKeys }: Reminded) => ({
  organizationId,
  resource: { type: 'organization', id: organizationId },
  after: { publicKeys },
}));
