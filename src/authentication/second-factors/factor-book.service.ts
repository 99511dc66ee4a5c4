import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { SessionService } from '../../sessions/session.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import type { Prover } from './factor-proof.service.js';
import { RecoveryCodeService } from './recovery-code.service.js';
import { recoveryCodesCreated, secondFactorAdded, secondFactorRemoved } from './second-factor.events.js';
import { SecondFactorService } from './second-factor.service.js';
import type { Factor } from './second-factor.types.js';

/** Whoever changes their own second factors, and the session in which they do. */
export interface Changer extends Prover {
  readonly sessionId: string;
}

/** Recovery codes that were just made, to be shown once; null where the person has some. */
export type ShownOnce = readonly string[] | null;

/** What follows from a second factor that has come or gone, in the same commit. */
@Injectable()
export class FactorBook {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly recoveryCodes: RecoveryCodeService,
    private readonly sessions: SessionService,
    private readonly ledger: FactorLedger,
  ) {}

  /** It counts at once as proven in this session; and with the first one come recovery codes. */
  async added(tx: Tx, changer: Changer, factor: Pick<Factor, 'kind' | 'name'>): Promise<ShownOnce> {
    const { kind } = factor;
    await this.sessions.markSecondFactor(tx, changer.sessionId, kind);
    await this.ledger.write(tx, changer, secondFactorAdded, { factor }, { what: 'added', kind });
    if ((await this.recoveryCodes.countOf(changer.user.id)) > 0) return null;
    const codes = await this.recoveryCodes.renew(tx, changer.user.id);
    await this.ledger.write(tx, changer, recoveryCodesCreated, { count: codes.length }, null);
    return codes;
  }

  /** With the last factor the recovery codes go, and what sessions remember of a second factor: there is none to prove again. */
  async removed(tx: Tx, changer: Changer, factor: Factor): Promise<void> {
    const { kind } = factor;
    const left = (await this.factors.listOf(changer.user.id)).list.length;
    await this.ledger.write(tx, changer, secondFactorRemoved, { factor, left }, { what: 'removed', kind });
    if (left > 0) return;
    await this.recoveryCodes.removeAll(tx, changer.user.id);
    await this.sessions.forgetSecondFactor(tx, changer.user.id);
  }

  /** Ten new recovery codes; the old ones are worthless from here on. */
  async codesRenewed(tx: Tx, changer: Changer): Promise<readonly string[]> {
    const codes = await this.recoveryCodes.renew(tx, changer.user.id);
    const count = codes.length;
    await this.ledger.write(tx, changer, recoveryCodesCreated, { count }, { what: 'codesCreated' });
    return codes;
  }
}
