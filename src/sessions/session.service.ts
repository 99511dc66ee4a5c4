import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThan, MoreThan, Not } from 'typeorm';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { randomId, randomToken, sha256 } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { Jobs } from '../platform/jobs/jobs.js';
import { page, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import { networkRangeOf } from '../platform/http/network.js';
import type { Origin } from '../policy/actor.js';
import type { NewProof, SecondFactor } from '../policy/proof.js';
import { deviceOf } from './device.js';
import { SessionEntity } from './session.entity.js';
import type { OpenedSession, Session, SessionDetails, SessionLimits } from './session.types.js';

/** `last_seen_at` is written at most this often, so that reading a session rarely writes. */
const SEEN_EVERY_MINUTES = 5;

type Opening = NewProof & {
  readonly userId: string;
  /** What the person's organizations ask of it; the instance's own limits bound it too. */
  readonly limits?: SessionLimits;
};

/** What decides when a session is next written to. */
type Use = Pick<SessionEntity, 'id' | 'lastSeenAt'>;

const inDomain = `user_id in (select id from users where split_part(email, '@', 2) = :domain)`;
const notThrough = '(connection is null or connection <> all(:connections))';

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
  async open(tx: Tx, { limits, ...proof }: Opening, origin: Origin): Promise<OpenedSession> {
    const token = randomToken();
    const idleMinutes = Math.min(this.config.sessionIdleMinutes, limits?.idleMinutes ?? Infinity);
    const maxAgeMinutes = Math.min(this.config.sessionMaxAgeMinutes, limits?.maxAgeMinutes ?? Infinity);
    const row = {
      id: randomId(),
      tokenDigest: sha256(token),
      ...proof,
      organizationId: null,
      ip: origin.ip,
      userAgent: origin.userAgent,
      createdAt: this.clock.now(),
      provenAt: this.clock.now(),
      lastSeenAt: this.clock.now(),
      idleMinutes,
      idleExpiresAt: this.clock.inMinutes(idleMinutes),
      expiresAt: this.clock.inMinutes(maxAgeMinutes),
    };
    await insert(tx, row);
    return { session: toSession(row), token };
  }

  /** Puts the idle end of a session off that is in use, unless that was done in the last five minutes. */
  async noteUse({ id, lastSeenAt }: Use): Promise<void> {
    if (lastSeenAt > this.clock.inMinutes(-SEEN_EVERY_MINUTES)) return;
    await this.database.reader.query(
      `update sessions set last_seen_at = $2, idle_expires_at = $2::timestamptz + make_interval(mins => least(idle_minutes, $3::integer))
       where id = $1 and last_seen_at < $2`,
      [id, this.clock.now(), this.config.sessionIdleMinutes],
    );
  }

  async findById(id: string): Promise<SessionDetails | null> {
    const row = await this.database.reader.findOneBy(SessionEntity, { id });
    return row && toDetails(row);
  }

  /** The live sessions of a person, the latest sign-in first. */
  list(userId: string, request: PageRequest): Promise<Connection<SessionDetails>> {
    const query = this.database.reader.createQueryBuilder(SessionEntity, 'session').where({ userId, ...this.alive() });
    return page(query, request, { column: 'session.id', of: (row) => row.id, direction: 'DESC' }, toDetails);
  }

  /**
   * Shortens the open sessions of these people to what is asked now. A limit that has become longer lengthens none.
   * @param userIds whose; an unknown id is nobody's
   */
  async tighten(tx: Tx, userIds: readonly string[], limits: SessionLimits): Promise<void> {
    await tx.query(
      `update sessions set
         idle_minutes = least(idle_minutes, $2::integer),
         idle_expires_at = least(idle_expires_at, last_seen_at + make_interval(mins => $2::integer)),
         expires_at = least(expires_at, created_at + make_interval(mins => $3::integer))
       where user_id = any($1::text[])`,
      [userIds, limits.idleMinutes, limits.maxAgeMinutes],
    );
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

  /** From now on the person works in this organization. */
  async choose(tx: Tx, sessionId: string, organizationId: string): Promise<void> {
    await tx.update(SessionEntity, { id: sessionId }, { organizationId });
  }

  /** Somebody belongs to an organization no more, and so works in it in no session. */
  async forgetOrganization(tx: Tx, userId: string, organizationId: string): Promise<void> {
    await tx.update(SessionEntity, { userId, organizationId }, { organizationId: null });
  }

  /** Ends one session on the server: the cookie is worth nothing from here on. @returns whether it was there */
  async end(tx: Tx, sessionId: string): Promise<boolean> {
    const { affected } = await tx.delete(SessionEntity, { id: sessionId });
    return affected === 1;
  }

  /** Ends every session of a user. @returns how many */
  async endAllOf(tx: Tx, userId: string): Promise<number> {
    const { affected } = await tx.delete(SessionEntity, { userId });
    return affected ?? 0;
  }

  /** Ends every session of a user but one, which need not be theirs. @param kept its id; null ends them all @returns how many */
  async endOthersOf(tx: Tx, userId: string, kept: string | null): Promise<number> {
    const { affected } = await tx.delete(SessionEntity, { userId, ...(kept === null ? {} : { id: Not(kept) }) });
    return affected ?? 0;
  }

  /** Ends the sessions of a user that one provider or connection has opened. @param kept but for this one @returns how many */
  async endThrough(tx: Tx, userId: string, connection: string, kept: string | null = null): Promise<number> {
    const { affected } = await tx.delete(SessionEntity, {
      userId,
      connection,
      ...(kept === null ? {} : { id: Not(kept) }),
    });
    return affected ?? 0;
  }

  /** Ends the sessions of several users that one connection has opened. */
  async endAllThrough(tx: Tx, userIds: readonly string[], connection: string): Promise<void> {
    await tx.query('delete from sessions where user_id = any($1) and connection = $2', [userIds, connection]);
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
      .where(inDomain, { domain })
      .andWhere(notThrough, { connections })
      .execute();
    return affected ?? 0;
  }

  /** How many `endAllInDomain` would end of those that are alive. */
  countInDomain(domain: string, connections: readonly string[]): Promise<number> {
    const now = this.clock.now();
    return this.database.reader
      .createQueryBuilder(SessionEntity, 'session')
      .where(inDomain, { domain })
      .andWhere(notThrough, { connections })
      .andWhere('session.expires_at > :now and session.idle_expires_at > :now', { now })
      .getCount();
  }

  /** Sessions that have expired are worth nothing already; their rows go. */
  private async sweep(): Promise<void> {
    await this.database.reader.delete(SessionEntity, [
      { expiresAt: LessThan(this.clock.now()) },
      { idleExpiresAt: LessThan(this.clock.now()) },
    ]);
  }

  private alive() {
    const now = this.clock.now();
    return { expiresAt: MoreThan(now), idleExpiresAt: MoreThan(now) };
  }
}

/** By hand, since every sign-in passes here: what an ORM adds to a statement is as much as the statement. */
async function insert(tx: Tx, row: SessionEntity): Promise<void> {
  await tx.query(
    `insert into sessions (
       id, token_digest, user_id, method, connection, second_factor, proven_at, organization_id, ip, user_agent,
       created_at, last_seen_at, idle_minutes, idle_expires_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      ...[row.id, row.tokenDigest, row.userId, row.method, row.connection, row.secondFactor, row.provenAt],
      ...[row.organizationId, row.ip, row.userAgent, row.createdAt, row.lastSeenAt, row.idleMinutes],
      ...[row.idleExpiresAt, row.expiresAt],
    ],
  );
}

function toDetails(row: SessionEntity): SessionDetails {
  return {
    ...toSession(row),
    device: deviceOf(row.userAgent),
    address: row.ip,
    network: networkRangeOf(row.ip),
    lastSeenAt: row.lastSeenAt,
  };
}

function toSession(row: SessionEntity): Session {
  return {
    id: row.id,
    userId: row.userId,
    method: row.method,
    connection: row.connection,
    secondFactor: row.secondFactor,
    provenAt: row.provenAt,
    organizationId: row.organizationId,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}
