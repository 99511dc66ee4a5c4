import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import { signInRefusals } from '../sign-in/sign-in-refused.js';

/** Where a password is of no use, nobody is to set one. */
@Injectable()
export class PasswordUse {
  constructor(
    private readonly discovery: SsoDiscoveryService,
    private readonly config: Config,
  ) {}

  get isEnabled(): boolean {
    return !this.config.passwordDisabled;
  }

  /** @throws PASSWORD_DISABLED */
  assertEnabled(): void {
    if (!this.isEnabled) throw new AppError('PASSWORD_DISABLED');
  }

  /** Depends on the domains alone. @throws SSO_REQUIRED with `loginUrl` where the people of one of them may not use a password */
  async assertFree(...emails: readonly string[]): Promise<void> {
    for (const email of emails) {
      const domain = parseEmailAddress(email)?.domain;
      const enforcement = domain === undefined ? null : await this.discovery.enforcementFor(domain);
      if (!enforcement) continue;
      const { explanation: message } = signInRefusals.SSO_REQUIRED;
      throw new AppError('SSO_REQUIRED', { message, detail: email, facts: { loginUrl: enforcement.loginUrl } });
    }
  }
}
