import { Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { sha256Hex } from '../../platform/crypto/digest.js';
import { AppError } from '../../platform/errors/app-error.js';
import { networkOf } from '../../platform/http/network.js';

const QUARTER_OF_AN_HOUR = 15 * 60;
const HOUR = 60 * 60;

/** Requests about one address from one network, and from one network about any, in a quarter of an hour. */
const PER_ADDRESS_AND_NETWORK = 5;
const PER_NETWORK = 50;

/** Mails to one address in an hour, whoever asks. Beyond it nothing is sent, and what was sent keeps working. */
const MAILS_PER_ADDRESS = 5;

/**
 * Counts what is done about mailboxes, in the database, so that every process counts together. A stranger who asks all
 * day neither floods a mailbox nor keeps its owner out: the newest link that was mailed lives as long as the count.
 */
@Injectable()
export class MailboxThrottle {
  private readonly address: RateLimiterPostgres;
  private readonly network: RateLimiterPostgres;
  private readonly mails: RateLimiterPostgres;

  constructor(source: DataSource) {
    this.address = limiter(source, 'mailboxAddress', PER_ADDRESS_AND_NETWORK, QUARTER_OF_AN_HOUR);
    this.network = limiter(source, 'mailboxNetwork', PER_NETWORK, QUARTER_OF_AN_HOUR);
    this.mails = limiter(source, 'mailboxMails', MAILS_PER_ADDRESS, HOUR);
  }

  /** Counts a request about an address. @param email canonical @throws RATE_LIMITED with `retryAfterSeconds` */
  async admit(email: string, ip: string | null): Promise<void> {
    await this.admitGuess(ip);
    refuseAfter(await spend(this.address, sha256Hex(`${email} ${networkOf(ip)}`)));
  }

  /** Counts a token that somebody presents. @throws RATE_LIMITED with `retryAfterSeconds` */
  async admitGuess(ip: string | null): Promise<void> {
    refuseAfter(await spend(this.network, networkOf(ip)));
  }

  /** Counts a mail to an address. @returns whether it may be sent */
  async mayMail(email: string): Promise<boolean> {
    return (await spend(this.mails, sha256Hex(email))) === null;
  }
}

function limiter(source: DataSource, keyPrefix: string, points: number, duration: number): RateLimiterPostgres {
  const shared = { storeClient: source, storeType: 'typeorm', tableName: 'sign_in_attempts', tableCreated: true };
  return new RateLimiterPostgres({ ...shared, keyPrefix, points, duration });
}

function refuseAfter(retryAfterSeconds: number | null): void {
  if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
}

/** @returns the seconds to wait when there were too many, else null */
async function spend(limiter: RateLimiterPostgres, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw refusal;
  }
}
