import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import type { SecondFactor } from '../../policy/proof.js';
import type { User } from '../../users/user.types.js';
import { PasskeyService } from '../strategies/passkey/passkey.service.js';
import { CodeThrottle } from './code-throttle.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import { FactorNotice } from './factor-notice.service.js';
import { FactorRefusal } from './factor-refusal.js';
import { parseRecoveryCode } from './recovery-code.js';
import { RecoveryCodeService } from './recovery-code.service.js';
import { recoveryCodeUsed } from './second-factor.events.js';
import { TotpService } from './totp.service.js';

/** Who proves something, and on whose behalf the trail tells of it. */
export interface Prover {
  readonly user: User;
  readonly actor: Actor;
}

/** An authenticator's answer, as the browser of the prover has sent it. */
export interface ShownPasskey {
  readonly answer: unknown;
  /** What the browser's flow cookie holds. */
  readonly browser: string;
  readonly purpose: 'secondFactor' | 'prove';
}

/** What follows from a proof, in the commit that uses it up. */
type Consequence<T> = (tx: Tx, proven: SecondFactor) => Promise<T>;

/** Proves a second factor: whatever is right is used up in the commit of what follows from it. */
@Injectable()
export class FactorProofService {
  constructor(
    private readonly database: Database,
    private readonly totp: TotpService,
    private readonly recoveryCodes: RecoveryCodeService,
    private readonly passkeys: PasskeyService,
    private readonly throttle: CodeThrottle,
    private readonly ledger: FactorLedger,
    private readonly notice: FactorNotice,
  ) {}

  /**
   * @param typed a code of the app or a recovery code
   * @throws FactorRefusal: WRONG_CODE, USED_CODE, TOO_MANY_CODES with `retryAfterSeconds`
   */
  async byCode<T>(prover: Prover, typed: string, then: Consequence<T>): Promise<T> {
    const digits = typed.replace(/\s/g, '');
    if (/^\d{6}$/.test(digits)) return this.byCodeOfApp(prover, digits, then);
    const code = parseRecoveryCode(typed);
    if (code !== null) return this.byRecoveryCode(prover, code, then);
    throw new FactorRefusal('WRONG_CODE', 'neither a code nor a recovery code');
  }

  /** @throws PasskeyRefusal */
  async byPasskey<T>({ user }: Prover, { answer, ...shown }: ShownPasskey, then: Consequence<T>): Promise<T> {
    const proven = await this.passkeys.verify({ ...shown, userId: user.id }, answer);
    return this.database.transaction(async (tx) => {
      await this.passkeys.markUsed(tx, proven);
      return then(tx, 'passkey');
    });
  }

  private async byCodeOfApp<T>({ user }: Prover, code: string, then: Consequence<T>): Promise<T> {
    const allowance = await this.throttle.count(user.id);
    if ('waitSeconds' in allowance) {
      throw new FactorRefusal('TOO_MANY_CODES', null, { retryAfterSeconds: allowance.waitSeconds });
    }
    const outcome = await this.database.transaction(async (tx) => {
      const verdict = await this.totp.use(tx, user.id, code);
      return verdict === 'right' ? { value: await then(tx, 'totp') } : verdict;
    });
    if (typeof outcome === 'object') {
      await this.throttle.giveBack(user.id);
      return outcome.value;
    }
    if (allowance.isLast) await this.warn(user);
    throw new FactorRefusal(outcome === 'used' ? 'USED_CODE' : 'WRONG_CODE');
  }

  private byRecoveryCode<T>(prover: Prover, code: string, then: Consequence<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      const { id } = prover.user;
      if (!(await this.recoveryCodes.use(tx, id, code))) throw new FactorRefusal('WRONG_CODE', 'a recovery code');
      const left = await this.recoveryCodes.countOf(id);
      await this.ledger.write(tx, prover, recoveryCodeUsed, { left }, { what: 'codeUsed', left });
      return then(tx, 'recoveryCode');
    });
  }

  private warn(user: User): Promise<void> {
    return this.database.separateTransaction((tx) => this.notice.tell(tx, user, { what: 'codesGuessed' }));
  }
}
