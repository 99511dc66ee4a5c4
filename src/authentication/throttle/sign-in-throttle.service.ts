import { Injectable } from '@nestjs/common';
import { networkOf } from '../../platform/http/network.js';
import { AttemptCounter } from '../../platform/throttle/attempt-counter.js';

/** At one account from one network, or from one browser that its person has signed in with before. */
const FREE_PER_ACCOUNT_AND_PLACE = 5;
/** At any accounts from one network. */
const FREE_PER_NETWORK = 100;
/** At one account from all networks together, but for browsers that its person has signed in with before. */
const FREE_PER_ACCOUNT = 100;

/** Who is trying to get into which account. */
export interface SignInAttempt {
  /** As typed; canonical where it could be read. */
  readonly email: string;
  readonly ip: string | null;
  /** Names the browser, where somebody has signed in to this very account with it before; null for any other. */
  readonly device: string | null;
}

/**
 * Slows guessing down, by account and by network. A browser that an account's person has used before is counted by
 * itself, so that strangers who guess wrongly all day, from wherever, never make its owner wait (OWASP, "device cookies").
 */
@Injectable()
export class SignInThrottle {
  constructor(private readonly attempts: AttemptCounter) {}

  /** Counts one attempt, before anything is looked up. @returns the seconds to wait when it comes too early, else null */
  count(attempt: SignInAttempt): Promise<number | null> {
    const { place, network, account } = keysOf(attempt);
    const counted = [
      { key: place, free: FREE_PER_ACCOUNT_AND_PLACE },
      { key: network, free: FREE_PER_NETWORK },
    ];
    return this.attempts.count(
      attempt.device === null ? [...counted, { key: account, free: FREE_PER_ACCOUNT }] : counted,
    );
  }

  /** The attempt was a right one. */
  forgive(attempt: SignInAttempt): Promise<void> {
    const { place, network, account } = keysOf(attempt);
    return this.attempts.forgive(place, attempt.device === null ? [network, account] : [network]);
  }
}

function keysOf({ email, ip, device }: SignInAttempt): { place: string; network: string; account: string } {
  const account = email.trim().toLowerCase();
  const network = networkOf(ip);
  const place = device === null ? `network ${network}` : `device ${device}`;
  return {
    place: `sign-in to ${account} from ${place}`,
    network: `sign-ins from ${network}`,
    account: `sign-in to ${account}`,
  };
}
