import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { MemberService } from '../members/member.service.js';
import { failingMail, lapsedMail } from './domain-mails.js';
import type { Domain } from './domain.types.js';

/** Tells an organization's owners of what becomes of its domains: the mails go out with the commit that changes it. */
@Injectable()
export class DomainNotices {
  constructor(
    private readonly members: MemberService,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** A mail to each owner where the domain has begun to fail, or has lapsed; nothing is said of what is well. */
  async statusChanged(tx: Tx, domain: Domain): Promise<void> {
    const write = domain.status === 'FAILING' ? failingMail : domain.status === 'LAPSED' ? lapsedMail : null;
    if (!write) return;
    for (const to of await this.members.emailsOfOwners(domain.organizationId))
      await this.mailer.enqueue(tx, write(to, domain, new URL(this.config.rootUrl).host));
  }
}
