/** A cookie as a browser keeps it (RFC 6265bis). `Domain` is read as host-only: no test here spans hosts. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  /** Milliseconds since the epoch; absent for a cookie that ends with the browser. */
  readonly expiresAt?: number;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite?: string;
}

/**
 * Keeps cookies per host, not per port, as browsers do: two servers on 127.0.0.1 see each other's.
 * SameSite is recorded and not enforced, so that a test of cross-site requests proves what the server itself refuses.
 */
export class CookieJar {
  private readonly cookies = new Map<string, Cookie>();

  /** The cookie of that name with the longest path, or null. */
  get(name: string): Cookie | null {
    return this.all().find((cookie) => cookie.name === name) ?? null;
  }

  /** Every living cookie, longest path first. */
  all(): readonly Cookie[] {
    return [...this.cookies.values()].filter(isAlive).sort((a, b) => b.path.length - a.path.length);
  }

  /** Puts a cookie in by hand, as an attacker on the same host could. */
  set(cookie: Cookie): void {
    this.cookies.set(`${cookie.host} ${cookie.path} ${cookie.name}`, cookie);
  }

  delete(name: string): void {
    for (const [key, cookie] of this.cookies) if (cookie.name === name) this.cookies.delete(key);
  }

  clear(): void {
    this.cookies.clear();
  }

  /** Keeps what the `Set-Cookie` lines of an answer say, as far as a browser would. */
  store(url: URL, setCookieLines: readonly string[]): void {
    for (const line of setCookieLines) {
      const cookie = parseSetCookie(url, line);
      if (cookie && isAcceptable(url, cookie, line)) this.set(cookie);
    }
  }

  /** The `Cookie` header of a request, or null where there is nothing to send. */
  headerFor(url: URL): string | null {
    const fitting = this.all().filter(
      (cookie) =>
        cookie.host === url.hostname &&
        pathMatches(url.pathname, cookie.path) &&
        (!cookie.secure || url.protocol === 'https:'),
    );
    return fitting.length === 0 ? null : fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}

const isAlive = (cookie: Cookie): boolean => cookie.expiresAt === undefined || cookie.expiresAt > Date.now();

function parseSetCookie(url: URL, line: string): Cookie | null {
  const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
  const equals = pair.indexOf('=');
  if (equals < 1) return null;
  const attributes = new Map(rest.map(attribute));
  const expiresAt = expiry(attributes);
  const sameSite = attributes.get('samesite');
  return {
    name: pair.slice(0, equals),
    value: pair.slice(equals + 1),
    host: url.hostname,
    path: attributes.get('path')?.startsWith('/') ? attributes.get('path')! : defaultPath(url.pathname),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    ...(sameSite === undefined ? {} : { sameSite }),
  };
}

function attribute(part: string): [string, string] {
  const equals = part.indexOf('=');
  return equals < 0 ? [part.toLowerCase(), ''] : [part.slice(0, equals).toLowerCase(), part.slice(equals + 1)];
}

/** Max-Age wins over Expires (RFC 6265 5.3). */
function expiry(attributes: ReadonlyMap<string, string>): number | undefined {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? undefined : expires;
}

/** RFC 6265bis 4.1.3 and 5.7: the name prefixes, `Secure` over plain http, and `SameSite=None` without `Secure`. */
function isAcceptable(url: URL, cookie: Cookie, line: string): boolean {
  const name = cookie.name.toLowerCase();
  if (cookie.secure && url.protocol !== 'https:') return false;
  if (cookie.sameSite?.toLowerCase() === 'none' && !cookie.secure) return false;
  if (name.startsWith('__secure-')) return cookie.secure;
  if (name.startsWith('__host-'))
    return cookie.secure && /;\s*path=\/\s*(;|$)/i.test(line) && !/;\s*domain=/i.test(line);
  return true;
}

/** RFC 6265 5.1.4. */
function defaultPath(pathname: string): string {
  const lastSlash = pathname.lastIndexOf('/');
  return lastSlash <= 0 ? '/' : pathname.slice(0, lastSlash);
}

function pathMatches(requested: string, path: string): boolean {
  if (requested === path) return true;
  return requested.startsWith(path) && (path.endsWith('/') || requested[path.length] === '/');
}
