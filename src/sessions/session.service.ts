import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { randomId, randomToken, sha256 } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import type { Origin } from '../policy/actor.js';
import type { Proof, SecondFactor } from '../policy/proof.js';
import { SessionEntity } from './session.entity.js';
import type { OpenedSession, Session } from './session.types.js';

/** `last_seen_at` is written at most this often, so that reading a session rarely writes. */
const SEEN_EVERY_MINUTES = 5;

@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Opens a session in the commit of the sign-in. Its token exists in the cookie alone. */
  async open(
    tx: Tx,
    proof: Omit<Proof, 'provenAt'> & { readonly userId: string },
    origin: Origin,
  ): Promise<OpenedSession> {
    const token = randomToken();
    const row = {
      id: randomId(),
      tokenDigest: sha256(token),
      ...proof,
      ip: origin.ip,
      userAgent: origin.userAgent,
      createdAt: this.clock.now(),
      provenAt: this.clock.now(),
      lastSeenAt: this.clock.now(),
      idleExpiresAt: this.clock.inMinutes(this.config.sessionIdleMinutes),
      expiresAt: this.clock.inMinutes(this.config.sessionMaxAgeMinutes),
    };
    await tx.insert(SessionEntity, row);
    return { session: toSession(row), token };
  }

  /** The live session of this token: neither ended, idle too long, nor past its end. */
  async resume(token: string): Promise<Session | null> {
    const row = await this.database.reader.findOneBy(SessionEntity, { tokenDigest: sha256(token) });
    const now = this.clock.now();
    if (!row || row.expiresAt <= now || row.idleExpiresAt <= now) return null;
    if (row.lastSeenAt <= this.clock.inMinutes(-SEEN_EVERY_MINUTES)) await this.markSeen(row.id);
    return toSession(row);
  }

  async findById(id: string): Promise<Session | null> {
    const row = await this.database.reader.findOneBy(SessionEntity, { id });
    return row && toSession(row);
  }

  /** The person of this session has just proven again who they are. */
  async markProven(tx: Tx, sessionId: string): Promise<void> {
    await tx.update(SessionEntity, { id: sessionId }, { provenAt: this.clock.now() });
  }

  /** The person of this session has just proven a second factor. */
  async markSecondFactor(tx: Tx, sessionId: string, secondFactor: SecondFactor): Promise<void> {
    await tx.update(SessionEntity, { id: sessionId }, { secondFactor, provenAt: this.clock.now() });
  }

  /** The user has no second factor any more: what their sessions remember of one counts for nothing. */
  async forgetSecondFactor(tx: Tx, userId: string): Promise<void> {
    await tx.update(SessionEntity, { userId }, { secondFactor: null });
  }

  /** Ends one session on the server: the cookie is worth nothing from here on. */
  async end(tx: Tx, sessionId: string): Promise<void> {
    await tx.delete(SessionEntity, { id: sessionId });
  }

  /** Ends every session of a user. */
  async endAllOf(tx: Tx, userId: string): Promise<void> {
    await tx.delete(SessionEntity, { userId });
  }

  /** Ends the sessions of a user that one provider or connection has opened. @returns how many */
  async endThrough(tx: Tx, userId: string, connection: string): Promise<number> {
    const { affected } = await tx.delete(SessionEntity, { userId, connection });
    return affected ?? 0;
  }

  /**
   * Ends the sessions of everybody whose email lies in this domain, but for those that one of `connections` has opened.
   * @param domain canonical, as `parseEmailAddress` gives it
   * @returns how many
   */
  async endAllInDomain(tx: Tx, domain: string, connections: readonly string[]): Promise<number> {
    const { affected } = await tx
      .createQueryBuilder()
      .delete()
      .from(SessionEntity)
      .where(`user_id in (select id from users where split_part(email, '@', 2) = :domain)`, { domain })
      .andWhere('(connection is null or connection <> all(:connections))', { connections })
      .execute();
    return affected ?? 0;
  }

  private async markSeen(id: string): Promise<void> {
    await this.database.reader.update(
      SessionEntity,
      { id },
      { lastSeenAt: this.clock.now(), idleExpiresAt: this.clock.inMinutes(this.config.sessionIdleMinutes) },
    );
  }
}

function toSession(row: SessionEntity): Session {
  return {
    id: row.id,
    userId: row.userId,
    method: row.method,
    connection: row.connection,
    secondFactor: row.secondFactor,
    provenAt: row.provenAt,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}
