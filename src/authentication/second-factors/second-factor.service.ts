import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { SecondFactor } from '../../policy/proof.js';
import { PasskeyStore } from '../strategies/passkey/passkey-store.service.js';
import { RecoveryCodeService } from './recovery-code.service.js';
import type { Factors } from './second-factor.types.js';
import { TotpService } from './totp.service.js';

/** What a person has to prove besides a password. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly totp: TotpService,
    private readonly passkeys: PasskeyStore,
    private readonly recoveryCodes: RecoveryCodeService,
  ) {}

  async listOf(userId: string): Promise<Factors> {
    // One after the other: within a transaction there is one connection.
    const totp = await this.totp.find(userId);
    const passkeys = await this.passkeys.listOf(userId);
    const recoveryCodesLeft = await this.recoveryCodes.countOf(userId);
    const list = passkeys.map(({ id, name, createdAt, lastUsedAt }) => {
      return { id, kind: 'passkey', name, createdAt, lastUsedAt } as const;
    });
    return { list: totp ? [totp, ...list] : list, recoveryCodesLeft };
  }

  /** What this person may prove after a right password. Empty: the password is all there is. */
  async askedOf(userId: string): Promise<SecondFactor[]> {
    const { list, recoveryCodesLeft } = await this.listOf(userId);
    const kinds = [...new Set(list.map(({ kind }) => kind))];
    return kinds.length > 0 && recoveryCodesLeft > 0 ? [...kinds, 'recoveryCode'] : kinds;
  }

  /** Recovery codes too: without a factor there is nothing that they stand in for. */
  async removeAll(tx: Tx, userId: string): Promise<void> {
    await this.totp.remove(tx, userId);
    await this.passkeys.removeAll(tx, userId);
    await this.recoveryCodes.removeAll(tx, userId);
  }
}
