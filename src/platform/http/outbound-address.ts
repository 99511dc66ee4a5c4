import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address may be called: a public unicast one. Loopback, private, link-local, CGNAT, documentation and
 * multicast ranges are not, nor is any IPv6 form that carries an IPv4 address (mapped, NAT64, 6to4, Teredo): through
 * those a private IPv4 address would be reached in disguise, so none is accepted, whatever it carries.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  // ipaddr.js calls all that it does not know `unicast`, the deprecated `::127.0.0.1` (RFC 4291, 2.5.5.1) included.
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}

/**
 * The address in a URL's host name, without the brackets of IPv6, or null where it is a name. The URL parser has
 * already turned decimal, octal, hexadecimal and full-width spellings into the usual one.
 */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

/** `localhost` and what lies below it always mean this machine (RFC 6761, 6.3). */
export function isLocalName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/i.test(hostname);
}
