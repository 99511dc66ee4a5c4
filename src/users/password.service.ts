import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Config } from '../platform/config/config.js';
import { PasswordHasher } from '../platform/crypto/password-hasher.js';
import { Database, type Tx } from '../platform/database/database.js';
import type { Actor } from '../policy/actor.js';
import { refuseWeakPassword } from '../policy/password-policy.js';
import { IdentityService } from './identity.service.js';
import { UserEntity } from './user.entity.js';
import { passwordRehashed, passwordSet } from './user.events.js';
import { UserService } from './user.service.js';
import type { Account, User } from './user.types.js';

interface HashChange {
  readonly before: string;
  readonly after: string;
  /** The algorithm of the one before. */
  readonly from: string;
}

/** Whose password it is to be: their own words make a bad one. */
export interface PasswordOwner {
  /** Canonical. */
  readonly email: string;
  readonly name: string;
  /** The organization that they are invited to. */
  readonly organization?: string | undefined;
}

/** The passwords of people: the one way from what somebody has typed to what is stored, and back to whether it is right. */
@Injectable()
export class PasswordService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly hasher: PasswordHasher,
    private readonly config: Config,
  ) {}

  /**
   * @returns the hash, to be stored
   * @throws VALIDATION_FAILED on `password`, with the reason and a hint; `Overloaded`
   */
  async hashNew(password: string, owner: PasswordOwner): Promise<string> {
    const { email, name, organization = '' } = owner;
    await refuseWeakPassword(password, {
      minLength: this.config.passwordMinLength,
      words: [email, name, organization],
    });
    return this.hasher.hash(password);
  }

  /**
   * Whether it is the user's password; `weak` where it is, and stored in a form that is to be strengthened; `missing` where
   * they have none, or there is no user. Each takes the same time. Rejects with `Overloaded`.
   */
  async check(user: User | null, password: string): Promise<'right' | 'weak' | 'wrong' | 'missing'> {
    // Asked for nobody, too: the statement takes its time.
    const stored = await this.hashOf(user?.id ?? '');
    const matches = await this.hasher.verify(stored, password);
    if (stored === null) return 'missing';
    if (!matches) return 'wrong';
    return this.hasher.weaknessOf(stored) === null ? 'right' : 'weak';
  }

  /** By a bare statement, which takes the same time whether or not there is such a user. */
  async hashOf(userId: string): Promise<string | null> {
    const [row] = await this.database.rows<{ password_hash: string | null }>(
      'select max(password_hash) as password_hash from users where id = $1',
      [userId],
    );
    return row?.password_hash ?? null;
  }

  /**
   * Sets the password of whoever has just proven the email, which counts as verified from now on; identities linked before
   * that go, as in `IdentityService.linkArrival`.
   */
  async set(tx: Tx, actor: Actor, account: Account, passwordHash: string): Promise<void> {
    const identitiesDropped = await this.identities.dropUnproven(tx, actor, account.user);
    await tx.update(UserEntity, { id: account.user.id }, { passwordHash });
    await this.users.markEmailVerified(tx, account.user.id);
    await this.audit.record(tx, actor, passwordSet, { ...account, identitiesDropped });
  }

  /** Replaces the password of somebody who is signed in: all else in the account is theirs, and stays. */
  async change(tx: Tx, actor: Actor, account: Account, passwordHash: string): Promise<void> {
    await tx.update(UserEntity, { id: account.user.id }, { passwordHash });
    await this.audit.record(tx, actor, passwordSet, { ...account, identitiesDropped: 0 });
  }

  /** Stores a password that has just been right in today's form, where it was in a weaker one or in another system's. */
  async strengthen(actor: Actor, account: Account, password: string): Promise<void> {
    const before = await this.hashOf(account.user.id);
    const from = before === null ? null : this.hasher.weaknessOf(before);
    if (before === null || from === null) return;
    const after = await this.hasher.hash(password);
    await this.database.transaction((tx) => this.replace(tx, actor, account, { before, after, from }));
  }

  /** Stores the same password in a stronger form, unless another one was set meanwhile. */
  private async replace(tx: Tx, actor: Actor, account: Account, hash: HashChange): Promise<void> {
    const { before, after, from } = hash;
    const { affected } = await tx.update(
      UserEntity,
      { id: account.user.id, passwordHash: before },
      { passwordHash: after },
    );
    if (affected === 1) await this.audit.record(tx, actor, passwordRehashed, { ...account, from });
  }
}
