import { randomId, sha256 } from '../platform/crypto/digest.js';
import type { Actor, Scope } from '../policy/actor.js';
import { displayOf, type KeyPair } from './api-key-token.js';
import type { ApiKey } from './api-key.types.js';

type Facts = Pick<ApiKey, 'name' | 'note' | 'permissions' | 'expiresAt' | 'allowedCidrs' | 'rateLimit'> &
  Partial<Pick<ApiKey, 'rotatedFromId' | 'serviceAccountId'>>;

/** A key that nobody has used yet. */
export function newKey(actor: Actor, scope: Scope, pair: KeyPair, facts: Facts, createdAt: Date): ApiKey {
  return {
    id: randomId(),
    organizationId: scope.organizationId,
    projectId: scope.projectId,
    scope: scope.projectId === null ? 'ORGANIZATION' : 'PROJECT',
    rotatedFromId: null,
    effectivePermissions: null,
    serviceAccountId: null,
    ...facts,
    publicKey: pair.publicKey,
    displaySecret: displayOf(pair.secretKey),
    createdBy: actor.id,
    createdAt,
    revokedAt: null,
    lastUsedAt: null,
    successorId: null,
    rotatedAt: null,
    overlapSeconds: null,
    diesAt: null,
  };
}

/** What is stored of it: not the secret, but its digest. */
export const rowOf = (apiKey: ApiKey, { secretKey }: KeyPair) => ({
  ...apiKey,
  permissions: [...apiKey.permissions],
  effectivePermissions: null,
  allowedCidrs: [...apiKey.allowedCidrs],
  secretDigest: sha256(secretKey.reveal()),
});
