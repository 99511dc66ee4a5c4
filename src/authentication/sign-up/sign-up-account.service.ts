import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { PasswordService } from '../../users/password.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { isUnproven } from './sign-up-attempt.js';

/** What somebody who signs up is to have. */
export interface WantedAccount {
  /** Canonical. */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  /** Whether they hold an invitation, which has come through the mailbox. */
  readonly emailVerified: boolean;
}

/** The account that a sign-up gives. */
@Injectable()
export class SignUpAccount {
  constructor(
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly sessions: SessionService,
  ) {}

  /**
   * A new account; or, for who holds an invitation, the account of their address that nobody has proven to own:
   * whoever made that one had not seen the mailbox.
   * @throws CONFLICT when the email has another account
   */
  async of(tx: Tx, actor: Actor, wanted: WantedAccount): Promise<User> {
    const { email, emailVerified, passwordHash } = wanted;
    await this.users.takeTurns(tx, email);
    const existing = emailVerified ? await this.users.findByEmail(email) : null;
    if (!existing || !isUnproven(existing)) {
      const by = emailVerified ? 'invitation' : 'signUp';
      return this.users.create(tx, actor, { ...wanted, by, organizationId: null });
    }
    await this.sessions.endAllOf(tx, existing.id);
    await this.passwords.set(tx, actor, { user: existing, organizationId: null }, passwordHash);
    return { ...existing, emailVerified: true };
  }
}
