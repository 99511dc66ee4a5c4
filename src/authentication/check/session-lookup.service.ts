import { Injectable } from '@nestjs/common';
import type { Identity } from '../../access/access.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { PreparedStatements } from '../../platform/database/prepared-statements.js';
import type { Proof } from '../../policy/proof.js';

/** A session and its person. */
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
           session.created_at as "createdAt",
           session.last_seen_at as "lastSeenAt", session.idle_expires_at as "idleExpiresAt", session.expires_at as "expiresAt"
    from sessions session join users person on person.id = session.user_id
    where session.token_digest = $1 and person.deactivated_at is null`,
} as const;

/** Finds the session of a cookie, at every request that has one: with one prepared statement, and nothing kept. */
@Injectable()
export class SessionLookup {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly clock: Clock,
  ) {}

  /** Null for one that has ended, was idle too long or is past its end, and where the person is deactivated. */
  async findLive(tokenDigest: Buffer): Promise<StoredSession | null> {
    const session = await this.statements.first<StoredSession>(byDigest, [tokenDigest]);
    return session && endOf(session) > this.clock.now() ? session : null;
  }
}

/** When it is over unless it is used before. */
export function endOf({ idleExpiresAt, expiresAt }: StoredSession): Date {
  return idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt;
}

/** Who has proven by it to be whom. */
export function identityIn(session: StoredSession): Identity {
  const { userId: id, email: label, isInstanceAdministrator } = session;
  const { method, connection, secondFactor, provenAt, createdAt } = session;
  const proof = { method, connection, secondFactor, provenAt, createdAt };
  return { kind: 'user', id, label, isInstanceAdministrator, proof };
}
