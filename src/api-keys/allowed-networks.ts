import ipaddr from 'ipaddr.js';
import { invalid } from '../platform/errors/app-error.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** Bits in front of an IPv4 address that is written as IPv6 (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * The networks that a key may be used from, as they are stored and shown: CIDR notation (RFC 4632, RFC 4291), IPv6 in
 * its short form (RFC 5952), each once. A single address is a network of one; IPv4 written as IPv6 is IPv4.
 * @throws VALIDATION_FAILED, naming the entry: no network, or an address inside of one, where the network itself is told
 */
export function canonicalNetworks(entries: readonly string[]): string[] {
  return [...new Set(entries.map(canonical))];
}

/**
 * @param networks in canonical form; none: from anywhere
 * @param ip null where nobody knows it, which lies in no network
 */
export function mayComeFrom(networks: readonly string[], ip: string | null): boolean {
  if (networks.length === 0) return true;
  const address = ip === null ? null : addressIn(ip);
  return address !== null && networks.some((network) => contains(parsed(network), address));
}

/** Whether whoever is kept to `outer` is so by `inner` too. Both in canonical form; none: anywhere. */
export function liesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  const bounds = outer.map(parsed);
  const lies = ([address, bits]: Network) => bounds.some((bound) => bound[1] <= bits && contains(bound, address));
  return inner.length > 0 && inner.map(parsed).every(lies);
}

function canonical(entry: string): string {
  const [, text = '', bits] = /^([^/%]+?)(?:\/(0|[1-9]\d{0,2}))?$/.exec(entry) ?? [];
  const written = writtenAddress(text);
  const width = written?.kind() === 'ipv4' ? 32 : 128;
  const asked = bits === undefined ? width : Number(bits);
  if (!written || asked > width) throw refused(entry, 'is no network such as 192.0.2.0/24 or 2001:db8::/32');

  const [address, length] = unmapped(written, asked);
  const network = `${baseOf(address, length)}/${length}`;
  if (network !== `${address.toString()}/${length}`) throw refused(entry, `is inside of the network ${network}`);
  return network;
}

const refused = (entry: string, reason: string): Error =>
  invalid('allowedCidrs', `allowedCidrs: ${JSON.stringify(entry)} ${reason}.`);

function parsed(network: string): Network {
  return ipaddr.parseCIDR(network);
}

function contains([base, bits]: Network, address: Address): boolean {
  return base.kind() === address.kind() && address.match(base, bits);
}

/** Null for what is no address; nothing but the usual four decimal parts is IPv4, since others read `010.0.0.1` otherwise. */
function writtenAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) && text.includes(':') ? ipaddr.IPv6.parse(text) : null;
}

function addressIn(text: string): Address | null {
  const written = writtenAddress(text);
  return written && unmapped(written, written.kind() === 'ipv4' ? 32 : 128)[0];
}

function unmapped(address: Address, bits: number): Network {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= MAPPED_BITS
    ? [address.toIPv4Address(), bits - MAPPED_BITS]
    : [address, bits];
}

function baseOf(address: Address, bits: number): string {
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString();
}
