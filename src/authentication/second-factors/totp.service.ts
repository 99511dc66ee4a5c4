import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { Cipher, type CipherPlace } from '../../platform/crypto/cipher.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Signer } from '../../platform/crypto/mac.js';
import { codeKeyUri, newCodeKey, stepOfCode } from '../../platform/crypto/one-time-code.js';
import { Secret } from '../../platform/crypto/secret.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { shortened } from '../../platform/text/printable.js';
import type { User } from '../../users/user.types.js';
import { CodeThrottle } from './code-throttle.service.js';
import type { Factor } from './second-factor.types.js';
import { TotpEntity } from './totp.entity.js';

/** For so long a key that is on a page can still be confirmed. */
const ENROLMENT_MINUTES = 30;

/** Longer, and the QR code of the address would not fit the page. */
const LABEL_LENGTH = 64;

/** What an authenticator app is given, before it has shown a right code. Nothing of it is stored. */
export interface Enrolment {
  readonly key: Secret;
  readonly uri: Secret;
  /** The key, signed for this person and this half hour: it comes back with the first code. */
  readonly signed: string;
}

export type CodeVerdict = 'right' | 'wrong' | 'used';

/** Time-based one-time codes of an authenticator app (RFC 6238). */
@Injectable()
export class TotpService {
  constructor(
    private readonly database: Database,
    private readonly cipher: Cipher,
    private readonly signer: Signer,
    private readonly throttle: CodeThrottle,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** A key for this person's app. */
  begin(user: User): Enrolment {
    const key = newCodeKey();
    return this.enrolmentOf(
      user,
      key,
      this.signer.sign(purposeOf(user.id), key.reveal(), this.clock.inMinutes(ENROLMENT_MINUTES)),
    );
  }

  /** An enrolment that has come back; null where it is not this person's, or too old. */
  resume(user: User, signed: string): Enrolment | null {
    const key = this.signer.verify(purposeOf(user.id), signed, this.clock.now());
    return key === null ? null : this.enrolmentOf(user, Secret.of(key), signed);
  }

  /** Keeps the key once the app has shown a right code of it. Another app of this person is replaced. @returns whether it was right */
  async complete(tx: Tx, userId: string, { key }: Enrolment, code: string): Promise<boolean> {
    const lastUsedStep = stepOfCode(key, code, this.clock.now());
    if (lastUsedStep === null) return false;
    const id = randomId();
    await this.remove(tx, userId);
    await this.throttle.forget(tx, userId);
    await tx.insert(TotpEntity, {
      id,
      userId,
      secret: this.cipher.encrypt(key, placeOf(id)),
      lastUsedStep,
      createdAt: this.clock.now(),
      lastUsedAt: null,
    });
    return true;
  }

  /** Judges a code, and uses up a right one together with all before it (RFC 6238, 5.2). */
  async use(tx: Tx, userId: string, code: string): Promise<CodeVerdict> {
    const row = await tx.findOneBy(TotpEntity, { userId });
    const step = row && stepOfCode(this.cipher.decrypt(row.secret, placeOf(row.id)), code, this.clock.now());
    if (!row || step === null) return 'wrong';
    const { affected } = await tx
      .createQueryBuilder()
      .update(TotpEntity)
      .set({ lastUsedStep: step, lastUsedAt: this.clock.now() })
      .where('id = :id and last_used_step < :step', { id: row.id, step })
      .execute();
    return affected === 1 ? 'right' : 'used';
  }

  async find(userId: string): Promise<Factor | null> {
    const row = await this.database.reader.findOneBy(TotpEntity, { userId });
    if (!row) return null;
    const { id, createdAt, lastUsedAt } = row;
    return { id, kind: 'totp', name: 'Authenticator app', createdAt, lastUsedAt };
  }

  /** @returns whether there was one */
  async remove(tx: Tx, userId: string): Promise<boolean> {
    return (await tx.delete(TotpEntity, { userId })).affected === 1;
  }

  private enrolmentOf(user: User, key: Secret, signed: string): Enrolment {
    const names = { issuer: new URL(this.config.rootUrl).host, label: shortened(user.email, LABEL_LENGTH) };
    return { key, uri: codeKeyUri(key, names), signed };
  }
}

const purposeOf = (userId: string): string => `totp enrolment of ${userId}`;

function placeOf(id: string): CipherPlace {
  return { table: 'totp_factors', column: 'secret', row: id };
}
