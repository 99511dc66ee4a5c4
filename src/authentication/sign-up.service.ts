import { Injectable } from '@nestjs/common';
import { InvitationService } from '../organizations/invitations/invitation.service.js';
import { Config } from '../platform/config/config.js';
import { PasswordHasher } from '../platform/crypto/password-hasher.js';
import { Database, type Tx } from '../platform/database/database.js';
import { invalid } from '../platform/errors/app-error.js';
import { parseEmailAddress, type EmailAddress } from '../platform/text/email-address.js';
import { anonymous, type Actor } from '../policy/actor.js';
import { SessionService } from '../sessions/session.service.js';
import type { OpenedSession } from '../sessions/session.types.js';
import { SsoDiscoveryService } from '../sso/sso-discovery.service.js';
import { UserService } from '../users/user.service.js';
import type { User } from '../users/user.types.js';
import { NewcomerService } from './newcomer.service.js';
import { SignInService, withPassword, type Attempt, type SignInRequest } from './sign-in.service.js';
import { refuseWeakPassword } from '../policy/password-policy.js';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** The token of an invitation: proves that the mailbox is theirs, and makes them a member. */
  readonly invitation?: string | undefined;
}

@Injectable()
export class SignUpService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly invitations: InvitationService,
    private readonly discovery: SsoDiscoveryService,
    private readonly newcomers: NewcomerService,
    private readonly hasher: PasswordHasher,
    private readonly signIn: SignInService,
    private readonly config: Config,
  ) {}

  /**
   * Makes an account with a password, and signs in.
   * @throws VALIDATION_FAILED; SignInRefused: CONFLICT when the email has an account, INVITATION_INVALID, SSO_REQUIRED
   *   (with `loginUrl`), SIGN_UP_CLOSED, PASSWORD_DISABLED
   */
  async signUp(account: NewAccount, request: SignInRequest): Promise<{ user: User; opened: OpenedSession }> {
    const email = parseEmailAddress(account.email);
    if (!email) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    await this.refuseUnlessOpen(email, account.invitation ?? null, request);
    refuseWeakPassword(account.password, this.config.passwordMinLength);
    const passwordHash = await this.hasher.hash(account.password);

    return this.database.transaction(async (tx) => {
      const actor = anonymous(request.origin);
      const made = await this.accountOf(tx, actor, email, account, passwordHash);
      const user = await this.newcomers.welcome(tx, actor, made);
      if (account.invitation !== undefined) await this.invitations.accept(tx, actor, user, account.invitation);
      const opened = await this.signIn.open(tx, user, withPassword, request);
      return { user, opened };
    });
  }

  private async refuseUnlessOpen(
    email: EmailAddress,
    invitation: string | null,
    { origin }: SignInRequest,
  ): Promise<void> {
    const attempt: Attempt = { method: 'password', connection: null, email: email.address, organizationId: null };
    if (this.config.passwordDisabled) await this.signIn.refuse(origin, attempt, 'PASSWORD_DISABLED');
    const enforcement = await this.discovery.enforcementFor(email.domain);
    if (enforcement) await this.signIn.refuse(origin, attempt, 'SSO_REQUIRED', { loginUrl: enforcement.loginUrl });
    if (invitation === null && this.config.signUpDisabled) await this.signIn.refuse(origin, attempt, 'SIGN_UP_CLOSED');
    if (invitation !== null && !(await this.isFor(email, invitation)))
      await this.signIn.refuse(origin, attempt, 'INVITATION_INVALID');
    const existing = await this.users.findByEmail(email.address);
    if (existing && !(invitation !== null && isUnproven(existing)))
      await this.signIn.refuse(origin, attempt, 'EMAIL_TAKEN');
  }

  /** An invitation is bound to the address that it was sent to. */
  private async isFor(email: EmailAddress, token: string): Promise<boolean> {
    const invitation = await this.invitations.preview(token);
    return invitation?.state === 'open' && invitation.email === email.address;
  }

  /**
   * A new account; or, for who holds an invitation, the account of their address that nobody has proven to own:
   * whoever made that one had not seen the mailbox.
   */
  private async accountOf(
    tx: Tx,
    actor: Actor,
    email: EmailAddress,
    account: NewAccount,
    passwordHash: string,
  ): Promise<User> {
    const proven = account.invitation !== undefined;
    await this.users.takeTurns(tx, email.address);
    const existing = proven ? await this.users.findByEmail(email.address) : null;
    if (!existing || !isUnproven(existing)) {
      const values = { email: email.address, name: account.name, passwordHash, emailVerified: proven };
      return this.users.create(tx, actor, { ...values, by: proven ? 'invitation' : 'signUp', organizationId: null });
    }
    await this.sessions.endAllOf(tx, existing.id);
    await this.users.setPassword(tx, actor, { user: existing, organizationId: null }, passwordHash);
    await this.users.markEmailVerified(tx, existing.id);
    return { ...existing, emailVerified: true };
  }
}

/** Whether somebody may have made the account without having seen its mailbox. */
function isUnproven(user: User): boolean {
  return !user.emailVerified && !user.isDeactivated;
}
