import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { domainEvent, DomainEvents } from '../platform/events/domain-events.js';
import type { Actor } from '../policy/actor.js';
import { IdentityEntity } from './identity.entity.js';
import { UserEntity } from './user.entity.js';
import {
  administratorAppointed,
  emailChanged,
  emailVerified,
  identityLinked,
  passwordRehashed,
  passwordSet,
  userCreated,
} from './user.events.js';
import type { Account, IdentityKey, NewUser, User } from './user.types.js';

/** All null where nobody was found. */
type RowOfAnyone = Omit<UserEntity, 'passwordHash' | 'id'> & { readonly id: string | null };

interface HashChange {
  readonly before: string;
  readonly after: string;
  /** The algorithm of the one before. */
  readonly from: string;
}
/**
 * Told in the commit in which an account of an unproven email goes to whoever has proven it: all that was set up in it
 * before is somebody else's.
 */
export const accountTakenOver = domainEvent<{ readonly user: User; readonly actor: Actor }>('account.takenOver');

@Injectable()
export class UserService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async findById(id: string): Promise<User | null> {
    const row = await this.database.reader.findOneBy(UserEntity, { id });
    return row && toUser(row);
  }

  async get(id: string): Promise<User> {
    const user = await this.findById(id);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** By a statement that gives a row in any case: sign-ins ask for strangers too, and the time must not tell (SECURITY 92). */
  async findByEmail(email: string): Promise<User | null> {
    const [row] = await this.database.rows<RowOfAnyone>(
      `select id, email, name, email_verified_at as "emailVerifiedAt", instance_administrator as "instanceAdministrator",
         deactivated_at as "deactivatedAt", first_signed_in_at as "firstSignedInAt", created_at as "createdAt"
       from (values (1)) as anyone left join users on email = $1`,
      [email],
    );
    return row && isSomebody(row) ? toUser(row) : null;
  }

  /** The users of these ids in the order asked for; an id that names nobody is left out. */
  async listByIds(ids: readonly string[]): Promise<User[]> {
    const rows = await this.database.reader.findBy(UserEntity, { id: In([...ids]) });
    const byId = new Map(rows.map((row) => [row.id, toUser(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async findByIdentity(key: IdentityKey): Promise<User | null> {
    const identity = await this.database.reader.findOneBy(IdentityEntity, { ...key });
    return identity && this.findById(identity.userId);
  }

  /** Whether this source (or this issuer there, where one is given) already calls the user by some subject. */
  hasIdentityFrom(userId: string, source: string, issuer?: string): Promise<boolean> {
    return this.database.reader.existsBy(IdentityEntity, {
      userId,
      source,
      ...(issuer === undefined ? {} : { issuer }),
    });
  }

  /** Whether nobody has ever signed in as this user: pre-created, and waiting for its person. */
  async isUnclaimed(userId: string): Promise<boolean> {
    const withoutPassword = await this.database.reader.existsBy(UserEntity, { id: userId, passwordHash: IsNull() });
    return withoutPassword && !(await this.database.reader.existsBy(IdentityEntity, { userId }));
  }

  /** By a bare statement, which takes the same time whether or not there is such a user. */
  async passwordHashOf(userId: string): Promise<string | null> {
    const [row] = await this.database.rows<{ password_hash: string | null }>(
      'select max(password_hash) as password_hash from users where id = $1',
      [userId],
    );
    return row?.password_hash ?? null;
  }

  /** Whether there is an instance administrator who can sign in. */
  hasAdministrator(): Promise<boolean> {
    return this.database.reader.existsBy(UserEntity, { instanceAdministrator: true, deactivatedAt: IsNull() });
  }

  /**
   * @param by how the account came to be (`signUp`, `sso`, `invitation` …), for the trail
   * @throws CONFLICT when the email is in use
   */
  async create(
    tx: Tx,
    actor: Actor,
    account: NewUser & { readonly by: string; readonly organizationId: string | null },
  ): Promise<User> {
    const row = {
      id: account.id ?? randomId(),
      email: account.email,
      name: account.name,
      passwordHash: account.passwordHash ?? null,
      emailVerifiedAt: account.emailVerified === true ? this.clock.now() : null,
      instanceAdministrator: account.isInstanceAdministrator ?? false,
      deactivatedAt: null,
      firstSignedInAt: null,
      createdAt: this.clock.now(),
    };
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(UserEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0)
      throw new AppError('CONFLICT', { message: 'An account with this email exists. Sign in instead.' });
    const user = toUser(row);
    await this.audit.record(tx, actor, userCreated, { user, organizationId: account.organizationId, by: account.by });
    return user;
  }

  /**
   * Sign-ins that concern one email wait for each other until the transaction ends: whose account it is must not change
   * between the decision and what follows from it.
   */
  async takeTurns(tx: Tx, email: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtext('account of ' || $1))`, [email]);
  }

  /**
   * Lets a source of identities speak for the user from now on. Whoever made an account for an unproven email may not be
   * its owner: their password and identities go when the owner arrives.
   * @returns whether something of theirs was dropped; the caller ends the sessions that were opened with it
   */
  async linkIdentity(tx: Tx, actor: Actor, account: Account, identity: IdentityKey): Promise<boolean> {
    const passwordDropped = !account.user.emailVerified && (await this.passwordHashOf(account.user.id)) !== null;
    const identitiesDropped = await this.dropUnproven(tx, actor, account.user);
    await tx.insert(IdentityEntity, {
      id: randomId(),
      userId: account.user.id,
      ...identity,
      createdAt: this.clock.now(),
      lastSignedInAt: this.clock.now(),
    });
    if (passwordDropped) await tx.update(UserEntity, { id: account.user.id }, { passwordHash: null });
    await this.audit.record(tx, actor, identityLinked, { ...account, identity, passwordDropped, identitiesDropped });
    return passwordDropped || identitiesDropped > 0;
  }

  /** Sets the password of whoever has just proven the email; identities linked before that go, as in `linkIdentity`. */
  async setPassword(tx: Tx, actor: Actor, account: Account, passwordHash: string): Promise<void> {
    const identitiesDropped = await this.dropUnproven(tx, actor, account.user);
    await tx.update(UserEntity, { id: account.user.id }, { passwordHash });
    await this.audit.record(tx, actor, passwordSet, { ...account, identitiesDropped });
  }

  /** Replaces the password of somebody who is signed in: all else in the account is theirs, and stays. */
  async changePassword(tx: Tx, actor: Actor, account: Account, passwordHash: string): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { passwordHash });
    await this.audit.record(tx, actor, passwordSet, { ...account, identitiesDropped: 0 });
  }

  /** Something outside Gatehouse (a mailbox, a provider, an owned domain) has just proven the user's email. */
  async markEmailVerified(tx: Tx, userId: string): Promise<void> {
    await tx.update(UserEntity, { id: userId, emailVerifiedAt: IsNull() }, { emailVerifiedAt: this.clock.now() });
  }

  /** As `markEmailVerified`, where the proof is all that happens. */
  async verifyEmail(tx: Tx, actor: Actor, account: Account): Promise<void> {
    if (account.user.emailVerified) return;
    await this.markEmailVerified(tx, account.user.id);
    await this.audit.record(tx, actor, emailVerified, account);
  }

  /**
   * Gives the user another email, whose mailbox has just proven to be theirs.
   * @throws CONFLICT when it has an account
   */
  async changeEmail(tx: Tx, actor: Actor, account: Account, email: string): Promise<void> {
    await this.takeTurns(tx, email);
    if (await this.findByEmail(email))
      throw new AppError('CONFLICT', { message: 'This email has an account already.' });
    await tx.update(UserEntity, { id: account.user.id }, { email, emailVerifiedAt: this.clock.now() });
    await this.audit.record(tx, actor, emailChanged, { ...account, email });
  }

  /** Stores the same password in a stronger form, unless another one was set meanwhile. */
  async strengthenHash(tx: Tx, actor: Actor, account: Account, hash: HashChange): Promise<void> {
    const { before, after, from } = hash;
    const { affected } = await tx.update(
      UserEntity,
      { id: account.user.id, passwordHash: before },
      { passwordHash: after },
    );
    if (affected === 1) await this.audit.record(tx, actor, passwordRehashed, { ...account, from });
  }

  /** They have come for the first time. */
  async markSignedIn(tx: Tx, userId: string): Promise<void> {
    await tx.update(UserEntity, { id: userId, firstSignedInAt: IsNull() }, { firstSignedInAt: this.clock.now() });
  }

  async markIdentityUsed(tx: Tx, key: IdentityKey): Promise<void> {
    await tx.update(IdentityEntity, { ...key }, { lastSignedInAt: this.clock.now() });
  }

  async appointAdministrator(tx: Tx, actor: Actor, account: Account): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { instanceAdministrator: true });
    await this.audit.record(tx, actor, administratorAppointed, account);
  }

  /** @returns how many identities */
  private async dropUnproven(tx: Tx, actor: Actor, user: User): Promise<number> {
    if (user.emailVerified) return 0;
    await this.events.publish(tx, accountTakenOver, { user, actor });
    return (await tx.delete(IdentityEntity, { userId: user.id })).affected ?? 0;
  }
}

const isSomebody = (row: RowOfAnyone): row is RowOfAnyone & { readonly id: string } => row.id !== null;

function toUser(row: Omit<UserEntity, 'passwordHash'>): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    emailVerified: row.emailVerifiedAt !== null,
    isInstanceAdministrator: row.instanceAdministrator,
    isDeactivated: row.deactivatedAt !== null,
    isNew: row.firstSignedInAt === null,
    createdAt: row.createdAt,
  };
}
