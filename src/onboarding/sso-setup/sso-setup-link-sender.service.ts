import { Injectable } from '@nestjs/common';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { setupLinkMail } from './sso-setup-link-mail.js';
import type { SsoSetupLink } from './sso-setup-link.types.js';

/** Where a link leads, and the mail that brings it. */
@Injectable()
export class SsoSetupLinkSender {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  addressOf(token: string): string {
    return `${this.config.rootUrl}/sso-setup/${token}`;
  }

  /** The mail goes out with the commit. */
  async send(tx: Tx, { organizationId, domain, expiresAt }: SsoSetupLink, to: string, link: string): Promise<void> {
    const { name: organizationName } = await this.organizations.get(organizationId);
    const mail = setupLinkMail({ to, organizationName, domain: domain?.name ?? null, link, expiresAt });
    await this.mailer.enqueue(tx, mail);
  }
}
