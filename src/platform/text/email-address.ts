import { isIP } from 'node:net';
import { canonicalHostName } from '../dns/host-name.js';

export interface EmailAddress {
  /** What is stored and compared: all in lower case, the domain as A-labels. */
  readonly address: string;
  readonly domain: string;
}

/** RFC 5321, 4.5.3.1: the local part, and the longest address that fits into a path. */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/**
 * RFC 5322's dot-atom. Quoted local parts are left out: no one has one, and what they may hold (spaces, commas, a
 * second @) has misled every parser once. So are letters beyond ASCII (RFC 6531): mail systems do not agree which of
 * them are equal, so two look-alikes could be one mailbox there and two accounts here, or the reverse.
 */
const dotAtom = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;

/**
 * Reads one bare email address, or gives null: no display name, list, comment or address literal. Mailboxes that
 * differ in case alone count as one (RFC 5321 lets a server tell them apart; none does, and users do not).
 */
export function parseEmailAddress(input: unknown): EmailAddress | null {
  if (typeof input !== 'string') return null;
  const [local = '', typedDomain = '', ...rest] = input.trim().split('@');
  // Before lower-casing: the Kelvin sign is not ASCII, and its lower case is.
  if (rest.length > 0 || local.length > MAX_LOCAL || !dotAtom.test(local)) return null;

  const domain = canonicalHostName(typedDomain);
  if (!domain?.includes('.') || isIP(domain) !== 0) return null;

  const address = `${local.toLowerCase()}@${domain}`;
  return address.length <= MAX_ADDRESS ? { address, domain } : null;
}
