import { Injectable } from '@nestjs/common';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Database } from '../../platform/database/database.js';
import { anonymous } from '../../policy/actor.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { User } from '../../users/user.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { SessionOpener, withPassword, type SignInRequest } from '../sign-in/session-opener.service.js';
import { SignUpAccount, type WantedAccount } from './sign-up-account.service.js';

/** What a sign-up has come to. */
export interface SignedUp {
  readonly user: User;
  /** Null where the email has to be proven first: a link to it is on its way. */
  readonly opened: OpenedSession | null;
}

/** The end of a sign-up: the account, the membership of whoever was invited, and the session, in one commit. */
@Injectable()
export class SignUpEntry {
  constructor(
    private readonly database: Database,
    private readonly accounts: SignUpAccount,
    private readonly invitations: InvitationService,
    private readonly verification: EmailVerification,
    private readonly opener: SessionOpener,
  ) {}

  /** @throws CONFLICT when the email has another account; as `InvitationService.accept` */
  enter(wanted: WantedAccount, invitation: string | null, request: SignInRequest): Promise<SignedUp> {
    return this.database.transaction(async (tx) => {
      const actor = anonymous(request.origin);
      const user = await this.accounts.of(tx, actor, wanted);
      if (invitation !== null) await this.invitations.accept(tx, actor, user, invitation);
      await this.verification.ask(tx, user);
      return { user, opened: await this.opener.open(tx, user, withPassword, request) };
    });
  }
}
