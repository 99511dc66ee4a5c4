import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { sha256 } from '../../platform/crypto/digest.js';
import { DatabaseUrl } from '../../platform/database/database-url.js';
import { Logger } from '../../platform/logging/logger.js';
import type { PresentedKey } from '../presented-key.js';

/** Besides those of `DATABASE_POOL_SIZE`. A question takes a fraction of a millisecond, so that few serve thousands a second. */
const CONNECTIONS = 5;

/** What is stored of a key, dead or alive: whoever asks decides what that means. */
export interface StoredKey {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly scope: 'PROJECT' | 'ORGANIZATION';
  readonly publicKey: string;
  readonly permissions: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Whether the project that was asked about is the key's own, or one of its organization; true when none was. */
  readonly reachesProject: boolean;
}

const byDigest = {
  name: 'api-key-by-digest',
  text: `
    select key.id, key.organization_id as "organizationId", key.project_id as "projectId", key.scope,
           key.public_key as "publicKey", key.permissions, key.expires_at as "expiresAt", key.revoked_at as "revokedAt",
           $2::text is null or key.project_id = $2 or key.project_id is null and exists (
             select from projects where organization_id = key.organization_id and id = $2
           ) as "reachesProject"
    from api_keys key where key.secret_digest = $1`,
} as const;

/**
 * Finds keys by the digest of their secret, with one prepared statement on connections of its own: neither an ORM nor
 * the waiting line of the admin API stands before it. Nothing is kept between two questions, so a revocation, an
 * expiry or a deletion counts at the next one.
 */
@Injectable()
export class KeyLookup implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(database: DatabaseUrl, logger: Logger) {
    this.pool = new pg.Pool({
      connectionString: database.url,
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 5_000,
      idleTimeoutMillis: 60_000,
    });
    // A server that goes away ends idle connections; without a listener that would end the process.
    this.pool.on('error', (error) => logger.failure('a connection for keys was lost', { cause: error.message }));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /** @param projectId a project that the answer is to speak about, or null */
  async find({ secretKey, publicKey }: PresentedKey, projectId: string | null): Promise<StoredKey | null> {
    const { rows } = await this.pool.query<StoredKey>({ ...byDigest, values: [sha256(secretKey.reveal()), projectId] });
    const [key] = rows;
    return key && (publicKey === null || publicKey === key.publicKey) ? key : null;
  }
}
