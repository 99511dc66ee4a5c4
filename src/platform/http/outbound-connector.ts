import { promises as dns } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowedHosts } from './outbound-allowed-hosts.js';
import { isPublicAddress, literalAddress } from './outbound-address.js';
import { OutboundError } from './outbound-error.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name; rejects where it has none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** For allowed hosts, which may stand in /etc/hosts or a container's own naming. */
export const resolveLikeTheSystem: Resolve = (hostname) => dns.lookup(hostname, { all: true });

/**
 * For all other hosts, which strangers name. `dns.lookup` would run in libuv's thread pool, which resolves two names
 * at a time: two names whose servers never answer hold up every other look-up of the process, the database's
 * included, for ten seconds. This one waits for its own answer alone. It does not read /etc/hosts.
 */
export function resolvePublicNames(servers?: readonly string[]): Resolve {
  return async (hostname) => {
    const resolver = new dns.Resolver({ timeout: 1000, tries: 2 });
    if (servers) resolver.setServers(servers);
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason;
    return [
      ...(ipv4.status === 'fulfilled' ? ipv4.value : []).map((address) => ({ address, family: 4 })),
      ...(ipv6.status === 'fulfilled' ? ipv6.value : []).map((address) => ({ address, family: 6 })),
    ];
  };
}

export interface ConnectorOptions {
  readonly allowed: AllowedHosts;
  readonly resolveAllowed: Resolve;
  readonly resolveOther: Resolve;
  readonly timeoutMs: number;
  /** Certificate authorities instead of those that Node.js trusts. */
  readonly authorities?: string | undefined;
}

/**
 * Opens the sockets of outbound requests. A name is resolved once, all its addresses are checked, and the socket goes
 * to one of just those: a name that resolves to something else a moment later (DNS rebinding) gains nothing.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const { allowed, resolveAllowed, resolveOther, timeoutMs, authorities } = options;
  const common = { timeout: timeoutMs, ...(authorities !== undefined && { ca: authorities }) };
  const toAllowed = buildConnector({ ...common, lookup: asLookup(named(resolveAllowed)) });
  const toPublic = buildConnector({ ...common, lookup: asLookup(publicOnly(named(resolveOther))) });

  return (target, callback) => {
    if (allowed.has(target)) {
      toAllowed(target, callback);
      return;
    }
    const refusal = refusalOf(target);
    if (refusal) callback(refusal, null);
    else toPublic(target, callback);
  };
}

/** What needs no look-up. `OutboundHttp` has refused these before; a socket is the last place where it can be done. */
function refusalOf({ protocol, hostname }: buildConnector.Options): OutboundError | null {
  if (protocol !== 'https:') return new OutboundError('not-https', hostname);
  const literal = literalAddress(hostname);
  return literal !== null && !isPublicAddress(literal) ? new OutboundError('private-address', hostname) : null;
}

function named(resolve: Resolve): Resolve {
  return async (hostname) => {
    const addresses = await resolve(hostname).catch((cause: unknown) => {
      throw new OutboundError('unresolvable', hostname, { cause });
    });
    if (addresses.length === 0) throw new OutboundError('unresolvable', hostname);
    return addresses;
  };
}

/** One private address among public ones refuses the name: which of them a socket takes is not ours to say. */
function publicOnly(resolve: Resolve): Resolve {
  return async (hostname) => {
    const addresses = await resolve(hostname);
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      throw new OutboundError('private-address', hostname);
    return addresses;
  };
}

/** In the form that `net.connect` asks for; it then connects to what it was given and resolves nothing itself. */
function asLookup(resolve: Resolve): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => callback(error as Error, ''),
    );
  };
}
