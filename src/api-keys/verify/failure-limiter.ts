import { Injectable } from '@nestjs/common';

/** A minute in which this many wrong keys are answered one by one. */
const WINDOW_MS = 60_000;
const FAILURES_IN_A_WINDOW = 300;

/** More networks than this are not told apart: the one that has been counted longest is forgotten. */
const NETWORKS = 10_000;

interface Window {
  failures: number;
  readonly endsAt: number;
}

/**
 * Counts wrong keys by the network that they come from, in this process. It only ever stands between a wrong key and
 * its answer: behind one address there may be a gateway that passes strangers' keys on, and they must not be able to
 * lock out its good ones.
 */
@Injectable()
export class FailureLimiter {
  private readonly windows = new Map<string, Window>();

  /**
   * Counts one failure.
   * @param now milliseconds since 1970
   * @returns the seconds to wait when there were too many, else null
   */
  count(network: string, now: number): number | null {
    const window = this.windowOf(network, now);
    window.failures += 1;
    return window.failures > FAILURES_IN_A_WINDOW ? Math.max(1, Math.ceil((window.endsAt - now) / 1000)) : null;
  }

  private windowOf(network: string, now: number): Window {
    const current = this.windows.get(network);
    if (current && now < current.endsAt) return current;
    this.windows.delete(network);
    const [oldest] = this.windows.keys();
    if (oldest !== undefined && this.windows.size >= NETWORKS) this.windows.delete(oldest);
    const next = { failures: 0, endsAt: now + WINDOW_MS };
    this.windows.set(network, next);
    return next;
  }
}
