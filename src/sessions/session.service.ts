import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThan, Not } from 'typeorm';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { randomId, randomToken, sha256 } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { Jobs } from '../platform/jobs/jobs.js';
import type { Origin } from '../policy/actor.js';
import { SessionEntity } from './session.entity.js';
import type { OpenedSession, Session, SignInMethod } from './session.types.js';

/** `last_seen_at` is written at most this often, so that reading a session rarely writes. */
const SEEN_EVERY_MINUTES = 5;

@Injectable()
export class SessionService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every('*/10 * * * *', 'sessions.sweep', () => this.sweep());
  }

  /** Opens a session in the commit of the sign-in. Its token exists in the cookie alone. */
  async open(
    tx: Tx,
    proof: { readonly userId: string; readonly method: SignInMethod; readonly connection: string | null },
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

  /** Ends one session on the server: the cookie is worth nothing from here on. */
  async end(tx: Tx, sessionId: string): Promise<void> {
    await tx.delete(SessionEntity, { id: sessionId });
  }

  /** Ends every session of a user. */
  async endAllOf(tx: Tx, userId: string): Promise<void> {
    await tx.delete(SessionEntity, { userId });
  }

  /** Ends every session of a user but one, which need not be theirs. @param kept its id; null ends them all */
  async endOthersOf(tx: Tx, userId: string, kept: string | null): Promise<void> {
    await tx.delete(SessionEntity, { userId, ...(kept === null ? {} : { id: Not(kept) }) });
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

  /** Sessions that have expired are worth nothing already; their rows go. */
  private async sweep(): Promise<void> {
    await this.database.reader.delete(SessionEntity, [
      { expiresAt: LessThan(this.clock.now()) },
      { idleExpiresAt: LessThan(this.clock.now()) },
    ]);
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
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}
