import { Injectable } from '@nestjs/common';
import { DomainService } from '../organizations/domains/domain.service.js';
import { parseEmailAddress } from '../platform/text/email-address.js';

/** Whose trail tells of the people of an address. */
@Injectable()
export class EmailTrail {
  constructor(private readonly domains: DomainService) {}

  /** The organization that has proven the email's domain; null: the instance keeps it. */
  async of(email: string): Promise<string | null> {
    const domain = parseEmailAddress(email)?.domain;
    const owner = domain === undefined ? null : await this.domains.findVerified(domain);
    return owner?.organizationId ?? null;
  }
}
