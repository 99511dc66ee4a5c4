import { auditEvent, auditRefusal } from '../audit/audit-event.types.js';
import type { ApiKey } from './api-key.types.js';

/**
 * Why a key ended: somebody revoked it, the person it came from left the organization or was deactivated, its service
 * account was deleted, or its secret was shown for that by its holder (`byHolder`) or by a scanner that has found it
 * (`leaked`).
 */
export type RevocationReason =
  'revoked' | 'creatorRemoved' | 'creatorDeactivated' | 'serviceAccountDeleted' | 'byHolder' | 'leaked';

interface Revocation {
  readonly key: ApiKey;
  readonly reason: RevocationReason;
  /** Where a scanner has found the secret, if it said so. */
  readonly foundAt: string | null;
}

type KnownKey = Pick<ApiKey, 'id' | 'organizationId' | 'projectId' | 'publicKey'>;

const place = ({ organizationId, projectId, id }: KnownKey) => ({
  organizationId,
  projectId,
  resource: { type: 'apiKey', id },
});

const ownerOf = ({ serviceAccountId }: ApiKey) => (serviceAccountId === null ? {} : { serviceAccountId });

export const apiKeyCreated = auditEvent('apiKey.created', (key: ApiKey) => ({
  ...place(key),
  after: {
    name: key.name,
    note: key.note,
    scope: key.scope,
    publicKey: key.publicKey,
    permissions: key.permissions,
    ...ownerOf(key),
    allowedCidrs: key.allowedCidrs,
    rateLimit: key.rateLimit && `${key.rateLimit.requests} per ${key.rateLimit.perSeconds} s`,
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

export const apiKeyRevoked = auditEvent('apiKey.revoked', ({ key, reason, foundAt }: Revocation) => ({
  ...place(key),
  before: { name: key.name, publicKey: key.publicKey, revokedAt: null },
  after: {
    name: key.name,
    publicKey: key.publicKey,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    reason,
    ...ownerOf(key),
    ...(foundAt === null ? {} : { foundAt }),
  },
}));

interface RefusedUse extends KnownKey {
  /** How often that happened since the last entry of the same key and network. */
  readonly leftOut: number;
}

/** A good key was shown from outside of the networks that it is kept to. Whoever shows it is told nothing of that. */
export const apiKeyRefused = auditRefusal('apiKey.refused', (use: RefusedUse) => ({
  ...place(use),
  after: { publicKey: use.publicKey, reason: 'addressNotAllowed', leftOut: use.leftOut },
}));
