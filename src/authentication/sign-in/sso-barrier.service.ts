import { Injectable } from '@nestjs/common';
import { BreakGlassService } from '../../organizations/members/break-glass.service.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import { SsoDiscoveryService, type Enforcement } from '../../sso/sources/sso-discovery.service.js';
import type { User } from '../../users/user.types.js';
import { SecondFactorService } from '../second-factors/second-factor.service.js';

/** The single sign-on that is enforced for somebody's email. */
export interface Barrier {
  readonly enforcement: Enforcement;
  /** Whether they may go past it all the same, having broken the glass. */
  readonly isOpen: boolean;
}

/** What stands before whoever comes by something that we keep: a password, a passkey, a second factor. */
@Injectable()
export class SsoBarrier {
  constructor(
    private readonly discovery: SsoDiscoveryService,
    private readonly breakGlass: BreakGlassService,
    private readonly factors: SecondFactorService,
  ) {}

  /** @param user who has proven the first factor; null for whoever has not, to whom nothing is open */
  async before(email: string, user: User | null): Promise<Barrier | null> {
    const domain = parseEmailAddress(email)?.domain;
    const enforcement = domain === undefined ? null : await this.discovery.enforcementFor(domain);
    return enforcement && { enforcement, isOpen: user !== null && (await this.isOpenTo(user, enforcement)) };
  }

  /**
   * Named owners alone, and never by a password alone. What the operator has put into the configuration no organization
   * overrules.
   */
  private async isOpenTo(user: User, { by, organizationId }: Enforcement): Promise<boolean> {
    if (by !== 'connection' || organizationId === null) return false;
    if (!(await this.breakGlass.isNamed(organizationId, user.id))) return false;
    return (await this.factors.askedOf(user.id)).length > 0;
  }
}
