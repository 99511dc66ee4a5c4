import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { networkOf } from '../../platform/http/network.js';
import { AttemptCounter, type Counted } from '../../platform/throttle/attempt-counter.js';

/** Requests about one address from one network, and from one network about any, that nobody has to wait for. */
const FREE_PER_ADDRESS_AND_NETWORK = 5;
const FREE_PER_NETWORK = 50;

/** Mails to one address, whoever asks. Beyond it one is sent at intervals that grow, and what was sent keeps working. */
const FREE_MAILS_PER_ADDRESS = 5;

/** Counts what is done about mailboxes. A stranger who asks all day neither floods a mailbox nor keeps its owner out. */
@Injectable()
export class MailboxThrottle {
  constructor(private readonly attempts: AttemptCounter) {}

  /** Counts a request about an address. @param email canonical @throws RATE_LIMITED with `retryAfterSeconds` */
  async admit(email: string, ip: string | null): Promise<void> {
    const key = `about the mailbox ${email} from ${networkOf(ip)}`;
    await this.count([networkKey(ip), { key, free: FREE_PER_ADDRESS_AND_NETWORK }]);
  }

  /** Counts a token that somebody presents. @throws RATE_LIMITED with `retryAfterSeconds` */
  async admitGuess(ip: string | null): Promise<void> {
    await this.count([networkKey(ip)]);
  }

  /** Counts a mail to an address. @returns whether it may be sent */
  async mayMail(email: string): Promise<boolean> {
    return (await this.attempts.count([{ key: `mails to ${email}`, free: FREE_MAILS_PER_ADDRESS }])) === null;
  }

  private async count(keys: readonly Counted[]): Promise<void> {
    const retryAfterSeconds = await this.attempts.count(keys);
    if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
  }
}

const networkKey = (ip: string | null): Counted => ({
  key: `about mailboxes from ${networkOf(ip)}`,
  free: FREE_PER_NETWORK,
});
