import { Injectable } from '@nestjs/common';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Database } from '../../platform/database/database.js';
import { invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import { anonymous } from '../../policy/actor.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import { PasswordService } from '../../users/password.service.js';
import type { User } from '../../users/user.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { QuietSignUp } from './quiet-sign-up.service.js';
import { SessionOpener, withPassword, type SignInRequest } from '../sign-in/session-opener.service.js';
import { SignUpAccount } from './sign-up-account.service.js';
import { SignUpRules } from './sign-up-rules.service.js';

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
    private readonly accounts: SignUpAccount,
    private readonly quiet: QuietSignUp,
    private readonly invitations: InvitationService,
    private readonly verification: EmailVerification,
    private readonly opener: SessionOpener,
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
    const isQuiet = invitation === null && this.verification.isRequired;
    if (!isQuiet && (await this.rules.isTaken(email, invitation))) await this.rules.refuseTaken(email, request.origin);
    const { name } = account;
    const owner = { email: email.address, name, organization: await this.rules.organizationOf(invitation) };
    const passwordHash = await this.passwords.hashNew(account.password, owner);
    if (isQuiet) return { user: await this.quiet.ask(email, name, passwordHash, request.origin), opened: null };

    return this.database.transaction(async (tx) => {
      const actor = anonymous(request.origin);
      const wanted = { email: email.address, name, passwordHash, emailVerified: invitation !== null };
      const user = await this.accounts.of(tx, actor, wanted);
      if (invitation !== null) await this.invitations.accept(tx, actor, user, invitation);
      await this.verification.ask(tx, user);
      return { user, opened: await this.opener.open(tx, user, withPassword, request) };
    });
  }
}
