import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { randomId } from '../../../platform/crypto/digest.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { PasskeyEntity } from './passkey.entity.js';

export interface NewPasskey {
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** The passkeys of people. */
@Injectable()
export class PasskeyStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Oldest first. */
  listOf(userId: string): Promise<PasskeyEntity[]> {
    return this.database.reader.find(PasskeyEntity, { where: { userId }, order: { id: 'asc' } });
  }

  findByCredential(credentialId: string): Promise<PasskeyEntity | null> {
    return this.database.reader.findOneBy(PasskeyEntity, { credentialId });
  }

  /** @returns its id; null where somebody has it already (7.1, "credential ID is not yet registered") */
  async add(tx: Tx, userId: string, name: string, passkey: NewPasskey): Promise<string | null> {
    const id = randomId();
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(PasskeyEntity)
      .values({
        id,
        userId,
        name,
        ...passkey,
        counter: String(passkey.counter),
        transports: [...passkey.transports],
        createdAt: this.clock.now(),
        lastUsedAt: null,
      })
      .orIgnore()
      .returning('id')
      .execute();
    return (inserted.raw as unknown[]).length === 0 ? null : id;
  }

  async rename(tx: Tx, userId: string, id: string, name: string): Promise<void> {
    await tx.update(PasskeyEntity, { id, userId }, { name });
  }

  /** Takes a count over. @returns false where it is no step on; an authenticator that never counts stays at 0 */
  async advance(tx: Tx, id: string, counter: number, now: Date): Promise<boolean> {
    const { affected } = await tx
      .createQueryBuilder()
      .update(PasskeyEntity)
      .set({ counter: String(counter), lastUsedAt: now })
      .where('id = :id and (counter < :counter or (counter = 0 and :counter = 0))', { id, counter })
      .execute();
    return affected === 1;
  }

  async remove(tx: Tx, userId: string, id: string): Promise<void> {
    await tx.delete(PasskeyEntity, { id, userId });
  }

  /** @returns how many */
  async removeAll(tx: Tx, userId: string): Promise<number> {
    return (await tx.delete(PasskeyEntity, { userId })).affected ?? 0;
  }
}
