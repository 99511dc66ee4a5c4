import { auditEvent } from '../audit/audit-event.types.js';
import type { ApiKey } from './api-key.types.js';

/** Why a key ended: somebody revoked it, or the person it came from left the organization. */
export type RevocationReason = 'revoked' | 'creatorRemoved';

const place = ({ organizationId, projectId, id }: ApiKey) => ({
  organizationId,
  projectId,
  resource: { type: 'apiKey', id },
});

export const apiKeyCreated = auditEvent('apiKey.created', (key: ApiKey) => ({
  ...place(key),
  after: {
    name: key.name,
    note: key.note,
    scope: key.scope,
    publicKey: key.publicKey,
    permissions: key.permissions,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  },
}));

export const apiKeyRotated = auditEvent('apiKey.rotated', (key: ApiKey) => ({
  ...place(key),
  before: { name: key.name, publicKey: key.publicKey, successorId: null },
  after: {
    name: key.name,
    publicKey: key.publicKey,
    successorId: key.successorId,
    overlapSeconds: key.overlapSeconds,
    diesAt: key.diesAt?.toISOString() ?? null,
  },
}));

/** The successor was revoked before its predecessor had died, which therefore lives on. */
export const apiKeyRotationUndone = auditEvent('apiKey.rotationUndone', (key: ApiKey) => ({
  ...place(key),
  before: { name: key.name, publicKey: key.publicKey, successorId: key.successorId },
  after: { name: key.name, publicKey: key.publicKey, successorId: null },
}));

export const apiKeyRevoked = auditEvent(
  'apiKey.revoked',
  ({ key, reason }: { readonly key: ApiKey; readonly reason: RevocationReason }) => ({
    ...place(key),
    before: { name: key.name, publicKey: key.publicKey, revokedAt: null },
    after: { name: key.name, publicKey: key.publicKey, revokedAt: key.revokedAt?.toISOString() ?? null, reason },
  }),
);
