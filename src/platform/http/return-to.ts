const LONGEST = 2_000;

/** Stands in for our own origin while an address is read. Nothing can be registered under `.invalid` (RFC 2606). */
const here = 'http://gatehouse.invalid';

/** Control characters and the backslash, which browsers read as a slash. */
const misleading = /[\u0000-\u0020\u007f\\]/;

/**
 * Where a visitor may be sent afterwards: a path of ours with its query, or `/` for whatever is not certainly one. A foreign
 * address here would lend our name to whoever wrote it (open redirect, CWE-601).
 */
export function safeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || value.length > LONGEST || !value.startsWith('/') || misleading.test(value))
    return '/';
  if (!URL.canParse(value, here)) return '/';
  const { origin, pathname, search, hash } = new URL(value, here);
  // Dots are resolved by now: `/.//evil.test` is `//evil.test`, the address of another host. So may be what a proxy decodes.
  return origin === here && isOnePath(pathname) ? pathname + search + hash : '/';
}

function isOnePath(pathname: string): boolean {
  try {
    const decoded = decodeURIComponent(pathname);
    return !decoded.startsWith('//') && !misleading.test(decoded.replaceAll(' ', ''));
  } catch {
    return false;
  }
}

/** The path of an absolute address of ours: a provider can't know another form of it. */
export function pathOfOurs(target: unknown, rootUrl: string): unknown {
  return typeof target === 'string' && target.startsWith(`${rootUrl}/`) ? target.slice(rootUrl.length) : target;
}
