import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
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
    private readonly database: Database,
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

  /** What this person may prove after a right password, in one statement. Empty: the password is all there is. */
  async askedOf(userId: string): Promise<SecondFactor[]> {
    const [has] = await this.database.rows<Record<SecondFactor, boolean>>(
      `select exists (select from totp_factors where user_id = $1) as totp,
         exists (select from passkeys where user_id = $1) as passkey,
         exists (select from recovery_codes where user_id = $1) as "recoveryCode"`,
      [userId],
    );
    const kinds = (['totp', 'passkey'] as const).filter((kind) => has?.[kind]);
    return kinds.length > 0 && has?.recoveryCode ? [...kinds, 'recoveryCode'] : kinds;
  }

  /** Recovery codes too: without a factor there is nothing that they stand in for. */
  async removeAll(tx: Tx, userId: string): Promise<void> {
    await this.totp.remove(tx, userId);
    await this.passkeys.removeAll(tx, userId);
    await this.recoveryCodes.removeAll(tx, userId);
  }
}
