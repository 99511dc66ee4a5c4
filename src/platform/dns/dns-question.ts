import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';

/** Why a server could not be asked to the end. Another moment may bring an answer, so nothing may be concluded from it. */
export type DnsFailure = 'SERVFAIL' | 'REFUSED' | 'TIMEOUT' | 'UNREACHABLE' | 'GARBAGE';

/** What a server says of a question, or that it says nothing. */
export type DnsOutcome<Found> =
  | { readonly outcome: 'found'; readonly records: Found }
  | { readonly outcome: 'none'; readonly reason: 'NXDOMAIN' | 'NODATA' }
  | { readonly outcome: 'failed'; readonly reason: DnsFailure };

/**
 * Asks one server, with nothing cached. Never rejects, and never takes longer than `ms`.
 * @param server `host[:port]`
 */
export async function askServer<Found>(
  server: string,
  ms: number,
  question: (resolver: dns.Resolver) => Promise<Found>,
): Promise<DnsOutcome<Found>> {
  // A lost packet is sent again after a third of the share or, as Node looks at its timers, two: in time either way.
  const resolver = new dns.Resolver({ timeout: Math.ceil(ms / 3), tries: 2 });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<DnsOutcome<Found>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ outcome: 'failed', reason: 'TIMEOUT' });
      resolver.cancel();
    }, ms);
  });
  try {
    return await Promise.race([tooLate, ask(resolver, server, question)]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask<Found>(
  resolver: dns.Resolver,
  server: string,
  question: (resolver: dns.Resolver) => Promise<Found>,
): Promise<DnsOutcome<Found>> {
  try {
    resolver.setServers(await addressesOf(server));
  } catch {
    return { outcome: 'failed', reason: 'UNREACHABLE' };
  }
  try {
    return { outcome: 'found', records: await question(resolver) };
  } catch (error) {
    return outcomes.get((error as NodeJS.ErrnoException).code) ?? { outcome: 'failed', reason: 'UNREACHABLE' };
  }
}

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
const outcomes: ReadonlyMap<string | undefined, DnsOutcome<never>> = new Map([
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
