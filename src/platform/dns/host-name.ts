import { domainToASCII } from 'node:url';

/** What the URL parser would drop, decode, or take for the end of a host. None of it belongs in a name. */
const notInNames = /[\s\p{Cc}%/\\?#@:[\]<>^|]/u;

/** Letters, digits and inner hyphens, at most 63 (RFC 1123, 2.1); no underscore: these are names of hosts, not of records. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Longer input is refused unread: reading a million letters would hold up the process for a tenth of a second. */
const MAX_TYPED = 1000;

/**
 * The one spelling of a host name: A-labels (`xn--…`) in lower case, no trailing dot. Full-width letters and dots
 * equal ASCII (UTS #46). Null where it is no host name. What looks like a number comes back as an IPv4 address.
 */
export function canonicalHostName(typed: string): string | null {
  if (typed.length > MAX_TYPED || notInNames.test(typed)) return null;
  const name = domainToASCII(typed).replace(/\.$/, '');
  return name.length <= 253 && name.split('.').every((part) => label.test(part)) ? name : null;
}
