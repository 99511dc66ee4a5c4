import { Injectable } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { newRecoveryCode, parseRecoveryCode } from './recovery-code.js';
import { RecoveryCodeEntity } from './recovery-code.entity.js';

/** How many a person gets at once. */
const COUNT = 10;

/** The codes that a person keeps on paper for the day when the phone is lost. */
@Injectable()
export class RecoveryCodeService {
  constructor(private readonly database: Database) {}

  /** Makes ten new codes, and the old ones worthless. @returns them, once: only digests are kept */
  async renew(tx: Tx, userId: string): Promise<string[]> {
    const codes = Array.from({ length: COUNT }, newRecoveryCode);
    await this.removeAll(tx, userId);
    await tx.insert(
      RecoveryCodeEntity,
      codes.map((code) => ({ userId, codeDigest: digestOf(parseRecoveryCode(code) ?? code) })),
    );
    return codes;
  }

  /** Uses a code up. @returns whether it was one of this person's, and unused */
  async use(tx: Tx, userId: string, code: string): Promise<boolean> {
    const { affected } = await tx.delete(RecoveryCodeEntity, { userId, codeDigest: digestOf(code) });
    return affected === 1;
  }

  countOf(userId: string): Promise<number> {
    return this.database.reader.countBy(RecoveryCodeEntity, { userId });
  }

  async removeAll(tx: Tx, userId: string): Promise<void> {
    await tx.delete(RecoveryCodeEntity, { userId });
  }
}

const digestOf = (code: string): Buffer => sha256(`recovery code ${code}`);
