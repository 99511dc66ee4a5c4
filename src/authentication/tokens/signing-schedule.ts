const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long a token is good for. */
export const TOKEN_MINUTES = 5;

/** For so long one key signs. */
const SIGNS_MS = 30 * DAY_MS;

/** So long before that the next one is published. */
const PUBLISHED_BEFORE_MS = DAY_MS;

/** What published keys may be kept for by whoever has fetched them. */
export const KEPT_BY_OTHERS_SECONDS = 60;

/** When somebody asks for a new key: as long as others may keep the old list, and half of that for clocks that differ. */
const PUBLISHED_BEFORE_AT_ONCE_MS = 90_000;

/** A key that signs no more stays published until its last token has expired, also by a clock that is five minutes slow. */
const STAYS_MS = 2 * TOKEN_MINUTES * MINUTE_MS;

export interface Scheduled {
  readonly signsFrom: Date;
}

/** The key that signs now: the latest whose time has come; the first where this clock is behind the one that made it. */
export function signerAmong<Key extends Scheduled>(keys: readonly Key[], now: Date): Key | null {
  const ordered = inOrder(keys);
  return ordered.findLast(({ signsFrom }) => signsFrom <= now) ?? ordered[0] ?? null;
}

/** When the next key is to sign from, where it is time to make it; null where it is not. */
export function nextDue(keys: readonly Scheduled[], now: Date): Date | null {
  const last = inOrder(keys).at(-1);
  // Nobody has fetched a list of which it could be missing.
  if (!last) return now;
  const due = last.signsFrom.getTime() + SIGNS_MS;
  if (due - PUBLISHED_BEFORE_MS > now.getTime()) return null;
  return new Date(Math.max(due, now.getTime() + PUBLISHED_BEFORE_MS));
}

/** When a key is to sign from that somebody asks for out of turn. */
export const nextAtOnce = (now: Date): Date => new Date(now.getTime() + PUBLISHED_BEFORE_AT_ONCE_MS);

/** Those that a later one replaced so long ago that no token of theirs is good any more. */
export function outlived<Key extends Scheduled>(keys: readonly Key[], now: Date): Key[] {
  const ordered = inOrder(keys);
  return ordered.filter((_, place) => {
    const successor = ordered[place + 1];
    return successor !== undefined && successor.signsFrom.getTime() + STAYS_MS <= now.getTime();
  });
}

const inOrder = <Key extends Scheduled>(keys: readonly Key[]): Key[] =>
  keys.toSorted((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
