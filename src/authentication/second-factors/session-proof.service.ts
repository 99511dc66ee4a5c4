import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { SecondFactor } from '../../policy/proof.js';
import { SessionService } from '../../sessions/session.service.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import type { Changer } from './factor-book.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import { FactorProofService, type ShownPasskey } from './factor-proof.service.js';
import { asFactorRefusal, factorRefusals } from './factor-refusal.js';
import { secondFactorProven, secondFactorRefused } from './second-factor.events.js';

/** A second factor proven within a session: one that a password alone has opened is worth more from then on, and is fresh. */
@Injectable()
export class SessionProofService {
  constructor(
    private readonly proof: FactorProofService,
    private readonly sessions: SessionService,
    private readonly ledger: FactorLedger,
    private readonly discovery: SsoDiscoveryService,
  ) {}

  /** @throws INVALID_CODE; RATE_LIMITED with `retryAfterSeconds`; SSO_REQUIRED with `loginUrl`. Each is on the trail. */
  async byCode(prover: Changer, code: string): Promise<void> {
    await this.refuseEnforced(prover);
    return this.proof.byCode(prover, code, this.mark(prover)).catch((error: unknown) => this.refuse(prover, error));
  }

  /** @throws INVALID_PASSKEY; SSO_REQUIRED with `loginUrl`. Each is on the trail. */
  async byPasskey(prover: Changer, shown: Omit<ShownPasskey, 'purpose'>): Promise<void> {
    await this.refuseEnforced(prover);
    return this.proof
      .byPasskey(prover, { ...shown, purpose: 'prove' }, this.mark(prover))
      .catch((error: unknown) => this.refuse(prover, error));
  }

  private mark(prover: Changer): (tx: Tx, secondFactor: SecondFactor) => Promise<void> {
    return async (tx, secondFactor) => {
      const { sessionId } = prover;
      await this.sessions.markSecondFactor(tx, sessionId, secondFactor);
      await this.ledger.write(tx, prover, secondFactorProven, { sessionId, secondFactor }, null);
    };
  }

  /** Where single sign-on is enforced, it alone proves anew who somebody is: as with a password. */
  private async refuseEnforced(prover: Changer): Promise<void> {
    const domain = parseEmailAddress(prover.user.email)?.domain;
    const enforcement = domain === undefined ? null : await this.discovery.enforcementFor(domain);
    if (!enforcement) return;
    await this.ledger.writeRefusal(prover, secondFactorRefused, { reason: 'SSO_REQUIRED' });
    throw new AppError('SSO_REQUIRED', { facts: { loginUrl: enforcement.loginUrl } });
  }

  private async refuse(prover: Changer, error: unknown): Promise<never> {
    const { reason, detail, facts } = asFactorRefusal(error);
    const told = { reason, ...(detail === null ? {} : { detail }) };
    await this.ledger.writeRefusal(prover, secondFactorRefused, told);
    const { code, explanation } = factorRefusals[reason];
    throw new AppError(code, { message: explanation, detail: reason, facts });
  }
}
