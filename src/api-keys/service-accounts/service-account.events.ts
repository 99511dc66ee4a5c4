import { auditEvent } from '../../audit/audit-event.types.js';
import type { ServiceAccount } from './service-account.types.js';

const place = ({ organizationId, projectId, id }: ServiceAccount) => ({
  organizationId,
  projectId,
  resource: { type: 'serviceAccount', id },
});

const factsOf = ({ name, description, permissions }: ServiceAccount) => ({ name, description, permissions });

export const serviceAccountCreated = auditEvent('serviceAccount.created', (account: ServiceAccount) => ({
  ...place(account),
  after: factsOf(account),
}));

export const serviceAccountUpdated = auditEvent(
  'serviceAccount.updated',
  ({ before, after }: { readonly before: ServiceAccount; readonly after: ServiceAccount }) => ({
    ...place(after),
    before: factsOf(before),
    after: factsOf(after),
  }),
);

/** Each of its keys that was in use has an `apiKey.revoked` of its own in the same commit. */
export const serviceAccountDeleted = auditEvent('serviceAccount.deleted', (account: ServiceAccount) => ({
  ...place(account),
  before: factsOf(account),
}));
