import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { UserService } from '../../users/user.service.js';
import type { Account, User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { MailboxLinks } from './mailbox-links.service.js';

const purposes = ['resetPassword'] as const;

/** The links by which a password is set, and whose they are. */
@Injectable()
export class ResetLinks {
  constructor(
    private readonly links: MailboxLinks,
    private readonly users: UserService,
    private readonly trail: EmailTrail,
  ) {}

  /** Whom the link was mailed to. @throws TOKEN_INVALID for one that does not work, in one wording for all reasons */
  async ownerOf(token: string): Promise<User> {
    const proof = await this.links.find(token, purposes);
    const user = proof && (await this.users.findById(proof.userId));
    if (!user || user.isDeactivated || user.email !== proof.email)
      throw new AppError('TOKEN_INVALID', {
        detail: proof ? `the account of ${proof.userId} has changed` : 'no such link',
      });
    return user;
  }

  /** Uses the link up. @returns whose it was, and stays until the transaction ends @throws TOKEN_INVALID */
  async consume(tx: Tx, token: string): Promise<Account> {
    const { id } = await this.ownerOf(token);
    await this.links.consume(tx, token, purposes);
    const user = await this.users.get(id);
    await this.users.takeTurns(tx, user.email);
    return { user, organizationId: await this.trail.of(user.email) };
  }
}
