import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';

/** Why no server could be asked to the end. Another moment may bring an answer, so nothing may be concluded from it. */
export type DnsFailure = 'SERVFAIL' | 'REFUSED' | 'TIMEOUT' | 'UNREACHABLE' | 'GARBAGE';

type Outcome =
  | {
      readonly outcome: 'found';
      /** One string per record, its chunks joined without a separator (RFC 7208, 3.3). */
      readonly records: readonly string[];
      /** Whether a record came in several chunks: worth a word where a value does not match. */
      readonly chunked: boolean;
    }
  | { readonly outcome: 'none'; readonly reason: 'NXDOMAIN' | 'NODATA' }
  | { readonly outcome: 'failed'; readonly reason: DnsFailure };

/** What DNS says of the TXT records of one name. */
export type TxtAnswer = Outcome & {
  /** The servers asked, in turn, as configured. The last one gave the answer, or failed last. */
  readonly askedOf: readonly string[];
};

export interface DnsLookupOptions {
  /** `DNS_RESOLVERS`: `host[:port]`, asked in turn; empty for those of the system. */
  readonly servers: readonly string[];
  /** For all servers together. */
  readonly deadlineMs?: number;
}

/** Asks DNS for the records that prove a domain. */
export class DnsLookup {
  private readonly servers: readonly string[];
  private readonly deadlineMs: number;

  constructor({ servers, deadlineMs = 5000 }: DnsLookupOptions) {
    this.servers = servers;
    this.deadlineMs = deadlineMs;
  }

  /**
   * The TXT records of a name, within five seconds, or sooner where that is asked. A server that fails gives way to the next; one that says that there
   * is nothing is believed. Nothing is cached: whoever asks has just changed the record.
   */
  async txt(name: string, withinMs = this.deadlineMs): Promise<TxtAnswer> {
    const servers = this.servers.length > 0 ? this.servers : new dns.Resolver().getServers();
    const end = Date.now() + Math.min(withinMs, this.deadlineMs);
    const askedOf: string[] = [];
    let outcome: Outcome = { outcome: 'failed', reason: 'UNREACHABLE' };
    for (const [index, server] of servers.entries()) {
      const share = Math.max(1, Math.floor((end - Date.now()) / (servers.length - index)));
      askedOf.push(server);
      outcome = await askOne(server, name, share);
      if (outcome.outcome !== 'failed') break;
    }
    return { ...outcome, askedOf };
  }
}

/** Never rejects, and never takes longer than `ms`. */
async function askOne(server: string, name: string, ms: number): Promise<Outcome> {
  // A lost packet is sent again after a third of the share or, as Node looks at its timers, two: in time either way.
  const resolver = new dns.Resolver({ timeout: Math.ceil(ms / 3), tries: 2 });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      resolve({ outcome: 'failed', reason: 'TIMEOUT' });
      resolver.cancel();
    }, ms);
  });
  try {
    return await Promise.race([tooLate, resolveTxt(resolver, server, name)]);
  } finally {
    clearTimeout(timer);
  }
}

async function resolveTxt(resolver: dns.Resolver, server: string, name: string): Promise<Outcome> {
  try {
    resolver.setServers(await addressesOf(server));
  } catch {
    return { outcome: 'failed', reason: 'UNREACHABLE' };
  }
  try {
    const records = await resolver.resolveTxt(name);
    return {
      outcome: 'found',
      records: records.map(textOf),
      chunked: records.some((chunks) => chunks.length > 1),
    };
  } catch (error) {
    return outcomes.get((error as NodeJS.ErrnoException).code) ?? { outcome: 'failed', reason: 'UNREACHABLE' };
  }
}

/** node:dns gives a character for each byte; what people put into a record is UTF-8. */
const textOf = (chunks: readonly string[]): string => Buffer.from(chunks.join(''), 'latin1').toString();

/** c-ares takes addresses alone; in a compose file the resolver has a name, and may have several addresses. */
async function addressesOf(server: string): Promise<string[]> {
  const [, host = server, port] = /^([^:[\]]+)(?::(\d+))?$/.exec(server) ?? [];
  if (isIP(host) !== 0 || server.startsWith('[')) return [server];
  const addresses = await dns.lookup(host, { all: true });
  return addresses.map(({ address, family }) => {
    const bare = family === 6 ? `[${address}]` : address;
    return port === undefined ? bare : `${bare}:${port}`;
  });
}

/** What the error codes of node:dns mean; those not listed never reached the server. */
const outcomes: ReadonlyMap<string | undefined, Outcome> = new Map([
  ['ENOTFOUND', { outcome: 'none', reason: 'NXDOMAIN' }],
  ['EBADNAME', { outcome: 'none', reason: 'NXDOMAIN' }], // too long to exist, as a long domain with our prefix is
  ['ENODATA', { outcome: 'none', reason: 'NODATA' }],
  ['ESERVFAIL', { outcome: 'failed', reason: 'SERVFAIL' }],
  ['EREFUSED', { outcome: 'failed', reason: 'REFUSED' }],
  ['ETIMEOUT', { outcome: 'failed', reason: 'TIMEOUT' }],
  ['EBADRESP', { outcome: 'failed', reason: 'GARBAGE' }],
  ['EFORMERR', { outcome: 'failed', reason: 'GARBAGE' }],
  ['ENOTIMP', { outcome: 'failed', reason: 'GARBAGE' }],
]);
