import { Injectable } from '@nestjs/common';
import { invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import { PasswordService } from '../../users/password.service.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { QuietSignUp } from './quiet-sign-up.service.js';
import type { SignInRequest } from '../sign-in/session-opener.service.js';
import { SignUpEntry, type SignedUp } from './sign-up-entry.service.js';
import { SignUpRules } from './sign-up-rules.service.js';
import { TakenEmail } from './taken-email.service.js';

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
    private readonly rules: SignUpRules,
    private readonly taken: TakenEmail,
    private readonly passwords: PasswordService,
    private readonly quiet: QuietSignUp,
    private readonly verification: EmailVerification,
    private readonly entry: SignUpEntry,
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
    if (!isQuiet && (await this.taken.is(email, invitation))) await this.taken.refuse(email, request.origin);
    const { name } = account;
    const owner = { email: email.address, name, organization: await this.rules.organizationOf(invitation) };
    const passwordHash = await this.passwords.hashNew(account.password, owner);
    if (isQuiet) return { user: await this.quiet.ask(email, name, passwordHash, request.origin), opened: null };

    const wanted = { email: email.address, name, passwordHash, emailVerified: invitation !== null };
    return this.entry.enter(wanted, invitation, request);
  }
}
