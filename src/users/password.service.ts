import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { PasswordHasher } from '../platform/crypto/password-hasher.js';
import { Database } from '../platform/database/database.js';
import type { Actor } from '../policy/actor.js';
import { refuseWeakPassword } from '../policy/password-policy.js';
import { UserService } from './user.service.js';
import type { Account, User } from './user.types.js';

/** Whose password it is to be: their own words make a bad one. */
export interface PasswordOwner {
  /** Canonical. */
  readonly email: string;
  readonly name: string;
  /** The organization that they are invited to. */
  readonly organization?: string | undefined;
}

/** Takes new passwords: the one way from what somebody has typed to what is stored. */
@Injectable()
export class PasswordService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
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
    const stored = await this.users.passwordHashOf(user?.id ?? '');
    const matches = await this.hasher.verify(stored, password);
    if (stored === null) return 'missing';
    if (!matches) return 'wrong';
    return this.hasher.weaknessOf(stored) === null ? 'right' : 'weak';
  }

  /** Stores a password that has just been right in today's form, where it was in a weaker one or in another system's. */
  async strengthen(actor: Actor, account: Account, password: string): Promise<void> {
    const before = await this.users.passwordHashOf(account.user.id);
    const from = before === null ? null : this.hasher.weaknessOf(before);
    if (before === null || from === null) return;
    const after = await this.hasher.hash(password);
    await this.database.transaction((tx) => this.users.strengthenHash(tx, actor, account, { before, after, from }));
  }
}
