import { Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { sha256Hex } from '../../platform/crypto/digest.js';

/** Wrong codes of an app, of one account, wherever they come from, in a day. */
const WRONG_CODES = 10;
const DAY = 24 * 60 * 60;

/** What the last attempt of a day leaves to say. */
export type Allowance = { readonly waitSeconds: number } | { readonly isLast: boolean };

/**
 * Counts wrong six-digit codes by account alone: whoever guesses has the password already, and may have many networks. Three
 * codes of a million are right at a time, so ten a day give a guesser one chance in ninety within a year. It keeps nobody out
 * who has a recovery code or a passkey: those can't be guessed, and are not counted here.
 */
@Injectable()
export class CodeThrottle {
  private readonly limiter: RateLimiterPostgres;

  constructor(source: DataSource) {
    this.limiter = new RateLimiterPostgres({
      storeClient: source,
      storeType: 'typeorm',
      tableName: 'sign_in_attempts',
      tableCreated: true,
      keyPrefix: 'code',
      points: WRONG_CODES,
      duration: DAY,
    });
  }

  /** Counts one attempt, before it is judged: a right one is given back. */
  async count(userId: string): Promise<Allowance> {
    try {
      return { isLast: (await this.limiter.consume(sha256Hex(userId))).remainingPoints === 0 };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes)
        return { waitSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      throw refusal;
    }
  }

  /** The attempt that was counted was right. */
  async giveBack(userId: string): Promise<void> {
    await this.limiter.reward(sha256Hex(userId));
  }
}
