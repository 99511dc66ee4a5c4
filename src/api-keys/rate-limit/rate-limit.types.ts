/** How often a key may be used: so many requests within a window of so many seconds. */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

/**
 * Whether whoever is kept to `inner` is so by `outer` too: neither more requests in one window, nor more in the long run.
 * Null is no limit.
 */
export function isWithin(inner: RateLimit | null, outer: RateLimit | null): boolean {
  if (outer === null) return true;
  if (inner === null) return false;
  return inner.requests <= outer.requests && inner.requests * outer.perSeconds <= outer.requests * inner.perSeconds;
}
