import { Injectable } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/digest.js';
import { PreparedStatements, type PreparedStatement } from '../../platform/database/prepared-statements.js';
import type { PresentedKey } from '../presented-key.js';
import { permissionsWithinAccount } from '../service-accounts/held-by-account.js';
import type { RateLimit } from '../rate-limit/rate-limit.types.js';

/** What is stored of a key, dead or alive: whoever asks decides what that means. */
export interface StoredKey {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly scope: 'PROJECT' | 'ORGANIZATION';
  readonly publicKey: string;
  readonly permissions: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly rateLimit: RateLimit | null;
  /** Its own end, or that of the overlap with its successor. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Whether it takes another's place and was never used: its first use starts the end of that one. */
  readonly isUnusedSuccessor: boolean;
  /** Whether the project that was asked about is the key's own, or one of its organization; true when none was. */
  readonly reachesProject: boolean;
}

const byDigest = (name: string, reachesProject: string): PreparedStatement => ({
  name,
  text: `
    select key.id, key.organization_id as "organizationId", key.project_id as "projectId", key.scope,
           key.public_key as "publicKey", ${permissionsWithinAccount} as permissions, key.allowed_cidrs as "allowedCidrs",
           key.rate_limit as "rateLimit",
           key.revoked_at as "revokedAt", least(key.expires_at, key.dies_at) as "expiresAt",
           key.rotated_from is not null and key.last_used_at is null as "isUnusedSuccessor",
           ${reachesProject} as "reachesProject"
    from api_keys key left join service_accounts account on account.id = key.service_account_id
    where key.secret_digest = $1`,
});

/** Two, for one that has both would be planned anew each time: where no project is asked about, the plan looks so much cheaper. */
const keyAlone = byDigest('api-key-by-digest', 'true');
const keyAndProject = byDigest(
  'api-key-by-digest-in-project',
  `key.project_id = $2 or key.project_id is null and exists (
     select from projects where organization_id = key.organization_id and id = $2
   )`,
);

/**
 * Finds keys by the digest of their secret, with one prepared statement. Nothing is kept between two questions, so a
 * revocation, an expiry, the end of an overlap or a deletion counts at the next one.
 */
@Injectable()
export class KeyLookup {
  constructor(private readonly statements: PreparedStatements) {}

  async find(presented: PresentedKey): Promise<StoredKey | null> {
    const key = await this.findByDigest(sha256(presented.secretKey.reveal()), null);
    return key && isPairOf(key, presented) ? key : null;
  }

  /** @param projectId a project that the answer is to speak about, or null */
  findByDigest(digest: Buffer, projectId: string | null): Promise<StoredKey | null> {
    return projectId === null
      ? this.statements.first<StoredKey>(keyAlone, [digest])
      : this.statements.first<StoredKey>(keyAndProject, [digest, projectId]);
  }
}

/** Whether both halves belong together, where both were shown. */
export const isPairOf = (key: StoredKey, { publicKey }: PresentedKey): boolean =>
  publicKey === null || publicKey === key.publicKey;
