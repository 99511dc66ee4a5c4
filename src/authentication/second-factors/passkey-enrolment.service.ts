import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { AppError } from '../../platform/errors/app-error.js';
import { PasskeyService } from '../strategies/passkey/passkey.service.js';
import type { Changer, ShownOnce } from './factor-book.service.js';
import { FactorChangeGuard } from './factor-change-guard.service.js';
import { FactorChangeService } from './factor-change.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import type { Prover, ShownPasskey } from './factor-proof.service.js';
import { asFactorRefusal, factorRefusals } from './factor-refusal.js';
import { secondFactorRefused } from './second-factor.events.js';

/** Registers passkeys. */
@Injectable()
export class PasskeyEnrolment {
  constructor(
    private readonly passkeys: PasskeyService,
    private readonly changes: FactorChangeService,
    private readonly guard: FactorChangeGuard,
    private readonly ledger: FactorLedger,
  ) {}

  /** What `navigator.credentials.create` needs. */
  options({ user }: Prover, browser: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    return this.passkeys.registrationOptions(user, browser);
  }

  /**
   * @param name may be empty
   * @throws INVALID_PASSKEY, after it was put on the trail; those of `FactorChangeService.addPasskey`
   */
  async complete(
    visitor: Changer,
    name: string,
    { answer, browser }: Omit<ShownPasskey, 'purpose'>,
  ): Promise<ShownOnce> {
    await this.guard.refuseUnproven(visitor);
    const passkey = await this.passkeys
      .verifyRegistration(visitor.user, browser, answer)
      .catch((error: unknown) => this.refuse(visitor, error));
    return this.changes.addPasskey(visitor, name, passkey);
  }

  private async refuse(visitor: Changer, error: unknown): Promise<never> {
    const { reason, detail } = asFactorRefusal(error);
    await this.ledger.writeRefusal(visitor, secondFactorRefused, { reason, ...(detail === null ? {} : { detail }) });
    const { code, explanation } = factorRefusals[reason];
    throw new AppError(code, { message: explanation, detail: reason });
  }
}
