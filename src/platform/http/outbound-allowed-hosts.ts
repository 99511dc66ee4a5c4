import { isIPv6 } from 'node:net';

const defaultPorts: Record<string, string> = { 'http:': '80', 'https:': '443' };

/** The part of a URL that decides; `port` is empty where the URL names none. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/**
 * `OUTBOUND_ALLOWED_HOSTS`: the hosts that the operator lets be private, or plain http. An entry is `host`, which means
 * every port of it, or `host:port`, which means that port alone. An IPv6 address with a port stands in brackets.
 */
export class AllowedHosts {
  private readonly entries: ReadonlySet<string>;

  /** @throws Error naming the entry that is not `host` or `host:port` */
  constructor(entries: readonly string[]) {
    this.entries = new Set(entries.map(canonicalEntry));
  }

  has({ protocol, hostname, port }: Origin): boolean {
    const host = canonicalHost(hostname);
    const effectivePort = port === '' ? (defaultPorts[protocol] ?? '') : port;
    return this.entries.has(host) || this.entries.has(`${host}:${effectivePort}`);
  }
}

function canonicalEntry(entry: string): string {
  const [, host = '', port] = isIPv6(entry) ? [entry, `[${entry}]`] : (/^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? []);
  // The URL parser brings every spelling of a host to the one that it will have in the URLs to be called.
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
  const isBareHost = url?.href === `http://${url?.hostname ?? ''}/` && !host.includes('*');
  if (!url || !isBareHost || Number(port ?? 0) > 65_535) {
    throw new Error(`OUTBOUND_ALLOWED_HOSTS: "${entry}" is not a host or host:port`);
  }
  return canonicalHost(url.hostname) + (port === undefined ? '' : `:${Number(port)}`);
}

/** Without a trailing dot, and IPv6 in brackets: URLs have them, undici takes them off. */
function canonicalHost(hostname: string): string {
  const bare = hostname.replace(/\.$/, '');
  return isIPv6(bare) ? `[${bare}]` : bare;
}
