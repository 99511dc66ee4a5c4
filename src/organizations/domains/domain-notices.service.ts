import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { OwnerMails } from '../members/owner-mails.service.js';
import { failingMail, handedOverMail, lapsedMail } from './domain-mails.js';
import { placesOf } from './domain-places.js';
import type { Domain } from './domain.types.js';

/** Tells an organization's owners of what becomes of its domains: the mails go out with the commit that changes it. */
@Injectable()
export class DomainNotices {
  constructor(
    private readonly owners: OwnerMails,
    private readonly config: Config,
  ) {}

  /** Where a domain has begun to fail, or has lapsed; nothing is said of what is well. */
  async statusChanged(tx: Tx, domain: Domain): Promise<void> {
    if (domain.status === 'FAILING') await this.tellOwners(tx, domain, failingMail);
    if (domain.status === 'LAPSED') await this.tellOwners(tx, domain, lapsedMail);
  }

  /** To those who had the domain: somebody else has proven it. */
  handedOver(tx: Tx, domain: Domain): Promise<void> {
    return this.tellOwners(tx, domain, handedOverMail);
  }

  private async tellOwners(tx: Tx, domain: Domain, write: typeof failingMail): Promise<void> {
    const { host } = new URL(this.config.rootUrl);
    const place = placesOf(domain, this.config.rootUrl)[domain.provenBy ?? 'TXT'];
    await this.owners.send(tx, domain.organizationId, (to) => write(to, domain, place, host));
  }
}
