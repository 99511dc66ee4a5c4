import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock/clock.js';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';
import { UserEntity } from './user.entity.js';
import { administratorAppointed, emailChanged, emailVerified, userCreated, userRenamed } from './user.events.js';
import type { Account, NewUser, User } from './user.types.js';

/** All null where nobody was found. */
type RowOfAnyone = Omit<UserEntity, 'passwordHash' | 'id'> & { readonly id: string | null };

/** The accounts of people: who they are, and whether their email is theirs. */
@Injectable()
export class UserService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
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
         deactivated_at as "deactivatedAt", deactivated_by_directory_of as "deactivatedByDirectoryOf", first_signed_in_at as "firstSignedInAt", created_at as "createdAt"
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
      deactivatedByDirectoryOf: null,
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

  /** Calls the user by another name. */
  async rename(tx: Tx, actor: Actor, account: Account, name: string): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { name });
    await this.audit.record(tx, actor, userRenamed, { ...account, name });
  }

  /** They have come for the first time. */
  async markSignedIn(tx: Tx, userId: string): Promise<void> {
    await tx.update(UserEntity, { id: userId, firstSignedInAt: IsNull() }, { firstSignedInAt: this.clock.now() });
  }

  async appointAdministrator(tx: Tx, actor: Actor, account: Account): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { instanceAdministrator: true });
    await this.audit.record(tx, actor, administratorAppointed, account);
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
    deactivatedByDirectoryOf: row.deactivatedByDirectoryOf,
    isNew: row.firstSignedInAt === null,
    createdAt: row.createdAt,
  };
}
