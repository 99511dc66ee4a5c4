import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { anonymous } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import { NewcomerService } from '../sign-in/newcomer.service.js';
import { EmailReplacement } from './email-replacement.service.js';
import { MailboxLinks, type MailboxProof } from './mailbox-links.service.js';

const purposes = ['verifyEmail', 'changeEmail'] as const;

/** What a link would do: verify the account's email, or give it another one. */
export interface Confirmable {
  readonly user: User;
  readonly proof: MailboxProof;
}

/** Takes the proof that a mailbox is somebody's, by a link that was mailed to it. */
@Injectable()
export class EmailConfirmation {
  constructor(
    private readonly database: Database,
    private readonly links: MailboxLinks,
    private readonly users: UserService,
    private readonly newcomers: NewcomerService,
    private readonly trail: EmailTrail,
    private readonly replacement: EmailReplacement,
  ) {}

  /** What the link is good for, without using it up. @throws TOKEN_INVALID in one wording for all reasons */
  async preview(token: string): Promise<Confirmable> {
    const proof = await this.links.find(token, purposes);
    const user = proof && (await this.users.findById(proof.userId));
    if (!user || user.isDeactivated || (proof.purpose === 'verifyEmail' && proof.email !== user.email))
      throw new AppError('TOKEN_INVALID', {
        detail: proof ? `the account of ${proof.userId} has changed` : 'no such link',
      });
    return { user, proof };
  }

  /**
   * Uses the link up, and does what it is for.
   * @throws TOKEN_INVALID; for a change of email also SSO_REQUIRED, and CONFLICT when the address has an account by now
   */
  async confirm(token: string, caller: Caller): Promise<void> {
    const { user, proof } = await this.preview(token);
    if (proof.purpose === 'changeEmail') await this.replacement.refuseUnlessFree(user, proof.email);
    await this.database.transaction(async (tx) => {
      await this.links.consume(tx, token, purposes);
      if (proof.purpose === 'verifyEmail') await this.verify(tx, user, caller);
      else await this.replacement.replace(tx, user, proof.email, caller);
    });
  }

  private async verify(tx: Tx, user: User, { actor }: Caller): Promise<void> {
    const account = { user, organizationId: await this.trail.of(user.email) };
    // The link is the proof, whoever is signed in to the browser that follows it.
    await this.users.verifyEmail(tx, anonymous(actor.origin), account);
    // The account may have been made by somebody else, whose link the mailbox's owner has followed in good faith. Whoever is
    // signed in to it besides has shown that it is theirs.
    if (actor.id === user.id) await this.newcomers.appointIfListed(tx, actor, { ...user, emailVerified: true });
  }
}
