import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';

/** Whose trail tells of the people of an address (docs/decisions/0008). */
@Injectable()
export class EmailTrail {
  constructor(private readonly domains: DomainService) {}

  /** The organization that has proven the email's domain; null: the instance keeps it, as it does what is no email. */
  async of(email: string | null): Promise<string | null> {
    const address = parseEmailAddress(email)?.address;
    return address === undefined ? null : this.domains.organizationOf(address);
  }
}
