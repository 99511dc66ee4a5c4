import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { randomToken, sameDigest, sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { PasswordService } from '../../users/password.service.js';
import type { User } from '../../users/user.types.js';
import { UserService } from '../../users/user.service.js';
import { PendingSignInEntity } from './pending-sign-in.entity.js';

/** For so long the second factor may be thought about. */
export const PENDING_MINUTES = 10;

/** As many proofs of a second factor may be tried after one right password. */
const ATTEMPTS = 5;

/** Sign-ins that have a right password and no session yet. */
@Injectable()
export class PendingSignInService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly clock: Clock,
  ) {}

  /** Remembers that the password was right. @returns what goes into the cookie */
  async open(tx: Tx, user: User): Promise<string> {
    const token = randomToken();
    await tx.delete(PendingSignInEntity, { userId: user.id, expiresAt: LessThan(this.clock.now()) });
    await tx.insert(PendingSignInEntity, {
      tokenDigest: sha256(token),
      userId: user.id,
      passwordDigest: await this.passwordDigestOf(user.id),
      attempts: 0,
      expiresAt: this.clock.inMinutes(PENDING_MINUTES),
    });
    return token;
  }

  /** Whose sign-in this is, as long as it can be finished; null where it can't. */
  async find(token: string | null): Promise<User | null> {
    const row =
      token === null ? null : await this.database.reader.findOneBy(PendingSignInEntity, { tokenDigest: sha256(token) });
    if (!row || row.attempts >= ATTEMPTS || row.expiresAt <= this.clock.now()) return null;
    const isSamePassword = sameDigest(row.passwordDigest, await this.passwordDigestOf(row.userId));
    return isSamePassword ? this.users.findById(row.userId) : null;
  }

  /** Counts one attempt before it is judged, so that none is free even of many at once. @returns false where there were too many */
  async count(token: string): Promise<boolean> {
    return this.database.separateTransaction(async (tx) => {
      const { affected } = await tx
        .createQueryBuilder()
        .update(PendingSignInEntity)
        .set({ attempts: () => 'attempts + 1' })
        .where('token_digest = :digest and attempts < :most', { digest: sha256(token), most: ATTEMPTS })
        .execute();
      return affected === 1;
    });
  }

  /** Ends it in the commit of the session that comes of it. @returns false where another request was quicker */
  async close(tx: Tx, token: string): Promise<boolean> {
    return (await tx.delete(PendingSignInEntity, { tokenDigest: sha256(token) })).affected === 1;
  }

  async closeAllOf(tx: Tx, userId: string): Promise<void> {
    await tx.delete(PendingSignInEntity, { userId });
  }

  private async passwordDigestOf(userId: string): Promise<Buffer> {
    return sha256((await this.passwords.hashOf(userId)) ?? '');
  }
}
