import { Injectable } from '@nestjs/common';
import { PreparedStatements } from '../../platform/database/prepared-statements.js';
import type { Proof } from '../../policy/proof.js';

/** A session and its person, dead or alive. */
export interface StoredSession extends Proof {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly isInstanceAdministrator: boolean;
  readonly lastSeenAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
}

const byDigest = {
  name: 'session-by-digest',
  text: `
    select session.id, session.user_id as "userId", person.email,
           person.instance_administrator as "isInstanceAdministrator",
           session.method, session.connection, session.second_factor as "secondFactor", session.proven_at as "provenAt",
           session.last_seen_at as "lastSeenAt", session.idle_expires_at as "idleExpiresAt", session.expires_at as "expiresAt"
    from sessions session join users person on person.id = session.user_id
    where session.token_digest = $1 and person.deactivated_at is null`,
} as const;

/** Finds sessions with one prepared statement. Who is deactivated has none. */
@Injectable()
export class SessionLookup {
  constructor(private readonly statements: PreparedStatements) {}

  find(tokenDigest: Buffer): Promise<StoredSession | null> {
    return this.statements.first<StoredSession>(byDigest, [tokenDigest]);
  }
}
