import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { randomToken, sha256 } from '../../../platform/crypto/digest.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { PasskeyChallengeEntity, type ChallengePurpose } from './passkey-challenge.entity.js';

const LIFETIME_MINUTES = 5;
const SWEPT_AT_ONCE = 100;

/** Who was asked to sign, and for what: the answer must come from the same. */
export interface ChallengeOwner {
  /** What the browser's flow cookie holds. */
  readonly browser: string;
  readonly purpose: ChallengePurpose;
  /** Null where nobody is known yet. */
  readonly userId: string | null;
}

/** Challenges of WebAuthn: random, for one browser and purpose, five minutes, once (WebAuthn Level 3, 13.4.3). */
@Injectable()
export class PasskeyChallengeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @returns the challenge in base64url: 256 random bits */
  async issue({ browser, purpose, userId }: ChallengeOwner): Promise<string> {
    const challenge = randomToken();
    await this.database.transaction(async (tx) => {
      await this.sweep(tx);
      await tx.insert(PasskeyChallengeEntity, {
        challengeDigest: sha256(challenge),
        browserDigest: sha256(browser),
        purpose,
        userId,
        expiresAt: this.clock.inMinutes(LIFETIME_MINUTES),
      });
    });
    return challenge;
  }

  /** Uses a challenge up, whatever comes of the answer to it. @returns whether it was given to this owner, and in time */
  async take(challenge: string, { browser, purpose, userId }: ChallengeOwner): Promise<boolean> {
    const given = { challengeDigest: sha256(challenge), browserDigest: sha256(browser), purpose };
    return this.database.separateTransaction(async (tx) => {
      const row = await tx.findOneBy(PasskeyChallengeEntity, { ...given, userId: userId ?? IsNull() });
      if (!row) return false;
      const { affected } = await tx.delete(PasskeyChallengeEntity, { challengeDigest: row.challengeDigest });
      return affected === 1 && row.expiresAt > this.clock.now();
    });
  }

  /** A few at a time, past rows that another request is sweeping, so that nobody waits for anybody. */
  private async sweep(tx: Tx): Promise<void> {
    await tx.query(
      `delete from passkey_challenges where challenge_digest in
         (select challenge_digest from passkey_challenges where expires_at < $1 limit ${SWEPT_AT_ONCE} for update skip locked)`,
      [this.clock.now()],
    );
  }
}
