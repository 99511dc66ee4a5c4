import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { AppError } from '../../platform/errors/app-error.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { hasSecondFactor } from '../../policy/proof.js';
import type { Prover } from './factor-proof.service.js';
import { SecondFactorService } from './second-factor.service.js';

/** Whether somebody may change now by what they sign in. */
@Injectable()
export class FactorChangeGuard {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws STEP_UP_REQUIRED with `confirmUrl` when the last proof is older than ten minutes; SECOND_FACTOR_REQUIRED when
   *   they have a second factor and have not proven it in this session: a password alone is not to take it off
   */
  async refuseUnproven({ actor }: Pick<Prover, 'actor'>): Promise<void> {
    refuseStaleProof(actor, this.clock.now());
    if (actor.proof === null || hasSecondFactor(actor.proof)) return;
    if ((await this.factors.askedOf(actor.id)).length === 0) return;
    throw new AppError('SECOND_FACTOR_REQUIRED', {
      message: 'Prove your second factor in this session first.',
      facts: { proveUrl: '/account/second-factor' },
    });
  }
}
