import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { MailboxThrottle } from './mailbox-throttle.service.js';
import { PasswordUse } from './password-use.service.js';

/** Who may set a password, or why nobody is mailed to. */
type Verdict = { readonly user: User; readonly objection: null } | { readonly user: null; readonly objection: string };

/** To whom a link is mailed by which they set a password. */
@Injectable()
export class ResetRules {
  constructor(
    private readonly users: UserService,
    private readonly throttle: MailboxThrottle,
    private readonly use: PasswordUse,
  ) {}

  /** @param email canonical */
  async judge(email: string): Promise<Verdict> {
    const user = await this.users.findByEmail(email);
    if (!user) return refused('UNKNOWN_ACCOUNT');
    if (user.isDeactivated) return refused('ACCOUNT_DEACTIVATED');
    const bound = await this.use.assertFree(email).then(() => false, isSsoRequired);
    if (bound) return refused('SSO_REQUIRED');
    return (await this.throttle.mayMail(email)) ? { user, objection: null } : refused('TOO_MANY_MAILS');
  }
}

const refused = (objection: string): Verdict => ({ user: null, objection });

function isSsoRequired(error: unknown): true {
  if (error instanceof AppError && error.code === 'SSO_REQUIRED') return true;
  throw error;
}
