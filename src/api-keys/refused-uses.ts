import { Injectable } from '@nestjs/common';

/** For so long one entry on the trail speaks for all that a key is refused from one network. */
const WINDOW_MS = 10 * 60_000;

/** More keys and networks than this are not told apart: the one that has been counted longest is forgotten, with its count. */
const KEPT = 10_000;

interface Window {
  leftOut: number;
  readonly endsAt: number;
}

/**
 * Keeps whoever has a key that they may not use from filling the trail with it. Counted in this process alone: of several
 * processes each writes an entry of its own.
 */
@Injectable()
export class RefusedUses {
  private readonly windows = new Map<string, Window>();

  /**
   * Counts one refusal.
   * @param now milliseconds since 1970
   * @returns null where it is to be left out; else how many were since the last that was not
   */
  count(keyId: string, network: string, now: number): number | null {
    const place = `${keyId} ${network}`;
    const current = this.windows.get(place);
    if (current && now < current.endsAt) {
      current.leftOut += 1;
      return null;
    }
    this.windows.delete(place);
    const [oldest] = this.windows.keys();
    if (oldest !== undefined && this.windows.size >= KEPT) this.windows.delete(oldest);
    this.windows.set(place, { leftOut: 0, endsAt: now + WINDOW_MS });
    return current?.leftOut ?? 0;
  }
}
