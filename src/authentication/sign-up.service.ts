import { Injectable } from '@nestjs/common';
import { InvitationService } from '../organizations/invitations/invitation.service.js';
import { randomId } from '../platform/crypto/digest.js';
import { Database, type Tx } from '../platform/database/database.js';
import { invalid } from '../platform/errors/app-error.js';
import { parseEmailAddress, type EmailAddress } from '../platform/text/email-address.js';
import { anonymous, type Actor } from '../policy/actor.js';
import { SessionService } from '../sessions/session.service.js';
import type { OpenedSession } from '../sessions/session.types.js';
import { PasswordService } from '../users/password.service.js';
import { UserService } from '../users/user.service.js';
import type { User } from '../users/user.types.js';
import { EmailVerification } from './mailbox/email-verification.service.js';
import { NewcomerService } from './newcomer.service.js';
import { SignInService, withPassword, type SignInRequest } from './sign-in.service.js';
import { isUnproven, SignUpRules } from './sign-up-rules.service.js';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** The token of an invitation: proves that the mailbox is theirs, and makes them a member. */
  readonly invitation?: string | undefined;
}

/** What a sign-up has come to. */
export interface SignedUp {
  readonly user: User;
  /** Null where the email has to be proven first: a link to it is on its way. */
  readonly opened: OpenedSession | null;
}

@Injectable()
export class SignUpService {
  constructor(
    private readonly database: Database,
    private readonly rules: SignUpRules,
    private readonly passwords: PasswordService,
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly invitations: InvitationService,
    private readonly newcomers: NewcomerService,
    private readonly verification: EmailVerification,
    private readonly signIn: SignInService,
  ) {}

  /**
   * Makes an account with a password, and signs in; or mails a link, where the email has to be proven before. There the
   * answer for an email that has an account is the same, and its owner gets a mail.
   * @throws VALIDATION_FAILED; SignInRefused: CONFLICT when the email has an account, INVITATION_INVALID, SSO_REQUIRED
   *   (with `loginUrl`), SIGN_UP_CLOSED, PASSWORD_DISABLED
   */
  async signUp(account: NewAccount, request: SignInRequest): Promise<SignedUp> {
    const email = parseEmailAddress(account.email);
    if (!email) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    const invitation = account.invitation ?? null;
    await this.rules.refuseUnlessOpen(email, invitation, request.origin);
    const isTaken = await this.rules.isTaken(email, invitation);
    if (isTaken && !this.verification.isRequired) await this.rules.refuseTaken(email, request.origin);
    const owner = {
      email: email.address,
      name: account.name,
      organization: await this.rules.organizationOf(invitation),
    };
    const passwordHash = await this.passwords.hashNew(account.password, owner);
    if (isTaken) {
      await this.rules.tellOwner(email, request.origin);
      return { user: nobody(email, account.name), opened: null };
    }

    return this.database.transaction(async (tx) => {
      const actor = anonymous(request.origin);
      const made = await this.accountOf(tx, actor, email, account, passwordHash);
      const user = await this.newcomers.welcome(tx, actor, made);
      if (account.invitation !== undefined) await this.invitations.accept(tx, actor, user, account.invitation);
      await this.verification.ask(tx, user);
      if (this.verification.isMissing(user)) return { user, opened: null };
      return { user, opened: await this.signIn.open(tx, user, withPassword, request) };
    });
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

/** What whoever typed a taken email is told of: as a new account looks, and of nobody. */
function nobody({ address: email }: EmailAddress, name: string): User {
  const facts = { emailVerified: false, isInstanceAdministrator: false, isDeactivated: false, createdAt: new Date() };
  return { id: randomId(), email, name, ...facts };
}
