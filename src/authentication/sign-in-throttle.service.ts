import { Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { networkOf } from '../platform/http/network.js';
import { sha256Hex } from '../platform/crypto/digest.js';

const QUARTER_OF_AN_HOUR = 15 * 60;

/** Attempts at one account from one network, and from one network at any accounts, in a quarter of an hour. */
const PER_ACCOUNT_AND_NETWORK = 10;
const PER_NETWORK = 100;

/**
 * Counts attempts to sign in, in the database, so that every process counts together. An account is counted per
 * network: a stranger who guesses wrongly all day does not keep its owner out.
 */
@Injectable()
export class SignInThrottle {
  private readonly account: RateLimiterPostgres;
  private readonly network: RateLimiterPostgres;

  constructor(source: DataSource) {
    this.account = limiter(source, 'account', PER_ACCOUNT_AND_NETWORK);
    this.network = limiter(source, 'network', PER_NETWORK);
  }

  /** Counts one attempt. @returns the seconds to wait when there were too many, else null */
  async count(email: string, ip: string | null): Promise<number | null> {
    const network = networkOf(ip);
    return (await spend(this.network, network)) ?? (await spend(this.account, accountKey(email, network)));
  }

  /** A right password wipes the slate of its account in this network. */
  async forgive(email: string, ip: string | null): Promise<void> {
    await this.account.delete(accountKey(email, networkOf(ip)));
  }
}

function limiter(source: DataSource, keyPrefix: string, points: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: source,
    storeType: 'typeorm',
    tableName: 'sign_in_attempts',
    tableCreated: true,
    keyPrefix,
    points,
    duration: QUARTER_OF_AN_HOUR,
  });
}

/** Hashed: what people type into an email field is not ours to keep. */
const accountKey = (email: string, network: string): string => sha256Hex(`${email.trim().toLowerCase()} ${network}`);

async function spend(limiter: RateLimiterPostgres, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw refusal;
  }
}
