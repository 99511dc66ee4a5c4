import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Mail } from '../../platform/mail/mail.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { MemberService } from './member.service.js';

/** Mails to those who answer for an organization. They go out with the commit that they tell of. */
@Injectable()
export class OwnerMails {
  constructor(
    private readonly members: MemberService,
    private readonly mailer: Mailer,
  ) {}

  /** One to each owner who can sign in. */
  async send(tx: Tx, organizationId: string, mailTo: (owner: string) => Mail): Promise<void> {
    for (const owner of await this.members.emailsOfOwners(organizationId)) await this.mailer.enqueue(tx, mailTo(owner));
  }
}
