import type { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';
import { parse } from 'tldts';
import { isPublicAddress } from '../http/outbound-address.js';
import type { AllowedHosts } from '../http/outbound-allowed-hosts.js';
import { askServer } from './dns-question.js';

/** Of a zone's name servers, so many are asked; and of the names above a record, so many may be where its zone begins. */
const SERVERS = 4;
const PLACES = 6;

/** RFC 2308, 5: no resolver should remember for longer that there is nothing. */
const LONGEST_MEMORY_SECONDS = 86_400;

/** A name server of a zone, and where it is asked. */
export interface NameServer {
  readonly host: string;
  /** `address:port` */
  readonly address: string;
}

/** The zone that a name lies in, with the servers that speak for it. */
export interface Zone {
  readonly name: string;
  readonly servers: readonly NameServer[];
}

export interface ZoneGuard {
  readonly allowed: AllowedHosts;
  readonly port: number;
}

/**
 * Finds the zone of a name: the nearest name above it that has name servers, no higher than what can be registered.
 * Whoever owns a domain says which hosts these are, so their addresses must be public ones, as those of outbound HTTP
 * (SECURITY 80); others are left out, unless the operator allows them.
 * @param resolver `host[:port]`, which is asked twice, each time with half of `ms`
 * @returns null where none is found
 */
export async function findZone(name: string, resolver: string, ms: number, guard: ZoneGuard): Promise<Zone | null> {
  const places = placesAbove(name);
  const answers = await Promise.all(places.map((place) => askServer(resolver, ms / 2, (on) => on.resolveNs(place))));
  const index = answers.findIndex(({ outcome }) => outcome === 'found');
  const [zone, found] = [places[index], answers[index]];
  if (zone === undefined || found?.outcome !== 'found') return null;

  const hosts = [...found.records].sort().slice(0, SERVERS);
  const servers = await Promise.all(hosts.map((host) => locate(host, resolver, ms / 2, guard)));
  return { name: zone, servers: servers.flatMap((server) => server ?? []) };
}

/** For how many seconds resolvers remember that a zone has no such record (RFC 2308, 5); null where that is not known. */
export async function memoryOfNothing(zone: string, resolver: string, ms: number): Promise<number | null> {
  const answer = await askServer(resolver, ms, (on) => on.resolveSoa(zone));
  return answer.outcome === 'found' ? Math.min(answer.records.minttl, LONGEST_MEMORY_SECONDS) : null;
}

/** The names above, nearest first, down to the one that somebody has registered. */
function placesAbove(name: string): string[] {
  const registered = parse(name, { extractHostname: false, validateHostname: false }).domain ?? name;
  const labels = name.split('.');
  const above = labels.slice(1).map((_, from) => labels.slice(from + 1).join('.'));
  return above.filter((place) => place.length >= registered.length).slice(-PLACES);
}

async function locate(host: string, resolver: string, ms: number, guard: ZoneGuard): Promise<NameServer | null> {
  const found = await askServer(resolver, ms, (on) => addressesOf(host, on));
  const isAllowed = guard.allowed.has({ protocol: 'dns:', hostname: host, port: String(guard.port) });
  // One private address among public ones refuses the host, as with outbound HTTP.
  if (found.outcome !== 'found' || !(isAllowed || found.records.every(isPublicAddress))) return null;
  const [address = ''] = found.records;
  return { host, address: `${isIPv6(address) ? `[${address}]` : address}:${guard.port}` };
}

/** Of both families. Rejects where there is none. */
export async function addressesOf(host: string, on: dns.Resolver): Promise<string[]> {
  const [ipv4, ipv6] = await Promise.allSettled([on.resolve4(host), on.resolve6(host)]);
  if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason;
  return [ipv4, ipv6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
