import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import { SessionService } from '../../sessions/session.service.js';
import { accountTakenOver } from '../../users/account-taken-over.types.js';
import { FactorLedger } from './factor-ledger.service.js';
import type { Prover } from './factor-proof.service.js';
import { PendingSignInService } from './pending-sign-in.service.js';
import { secondFactorsReset } from './second-factor.events.js';
import { SecondFactorService } from './second-factor.service.js';

/** Takes all that a person has as second factors, and ends what was begun or opened with it. */
@Injectable()
export class FactorRemovalService {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly pending: PendingSignInService,
    private readonly sessions: SessionService,
    private readonly ledger: FactorLedger,
    events: DomainEvents,
  ) {
    // A passkey of whoever made the account for an email that was not theirs would let them in beside its owner.
    events.on(accountTakenOver, async (tx, prover) => {
      const { list } = await factors.listOf(prover.user.id);
      if (list.length > 0) await this.removeAll(tx, prover, 'accountTakenOver');
    });
  }

  async removeAll(
    tx: Tx,
    prover: Prover & { readonly organizationId?: string },
    why: 'lost' | 'accountTakenOver',
  ): Promise<void> {
    const { id } = prover.user;
    const kinds = (await this.factors.listOf(id)).list.map(({ kind }) => kind);
    await this.factors.removeAll(tx, id);
    await this.pending.closeAllOf(tx, id);
    await this.sessions.endAllOf(tx, id);
    await this.ledger.write(tx, prover, secondFactorsReset, { kinds, why }, why === 'lost' ? { what: 'reset' } : null);
  }
}
