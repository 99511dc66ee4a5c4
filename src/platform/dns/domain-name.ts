import { isIP } from 'node:net';
import { domainToUnicode } from 'node:url';
import { parse } from 'tldts';
import { isDisposableMail } from './disposable-mail.js';
import { freeMailDomains } from './free-mail-domains.js';
import { canonicalHostName } from './host-name.js';

/** Why a name cannot be a domain that an organization proves to be its own. */
export type DomainNameRefusal =
  | 'empty'
  | 'invalid'
  | 'ip-address'
  | 'wildcard'
  | 'single-label'
  | 'public-suffix'
  | 'private-suffix'
  | 'free-mail'
  | 'disposable-mail';

export type ParsedDomainName =
  | {
      readonly ok: true;
      /** A-labels in lower case without a trailing dot: what is stored, compared and shown. */
      readonly name: string;
      /** The same in its own script. Look-alike letters live here: show it beside `name`, never alone. */
      readonly unicode: string;
    }
  | { readonly ok: false; readonly reason: DomainNameRefusal; readonly message: string };

const messages: Record<DomainNameRefusal, string> = {
  empty: 'Enter a domain, such as example.com.',
  invalid: 'This is not a domain name. Enter it in the form example.com.',
  'ip-address': 'This is an IP address. Enter a domain, such as example.com.',
  wildcard: 'A domain is added by its own name, without an asterisk.',
  'single-label': 'This is a single word. Enter the full domain, such as example.com.',
  'public-suffix': 'This is a public suffix, below which anyone can register. Enter your own domain.',
  'private-suffix': 'This is shared by the customers of a hosting provider. Enter your own domain.',
  'free-mail': 'Anyone can have an address at this mail provider, so no organization can own it.',
  'disposable-mail': 'Anyone can have a throw-away address at this provider, so no organization can own it.',
};

/** Reads a domain as an administrator types it: spaces around, case, a trailing dot and full-width letters do not matter. */
export function parseDomainName(input: string): ParsedDomainName {
  const typed = input.trim();
  if (typed === '') return refuse('empty');
  if (typed.includes('*')) return refuse('wildcard');

  const name = canonicalHostName(typed);
  if (isIP(name ?? typed.replace(/^\[(.*)\]$/, '$1')) !== 0) return refuse('ip-address');
  if (name === null) return refuse('invalid', hintFor(typed));

  const { domain, isIcann, isPrivate } = parse(name, { allowPrivateDomains: true, extractHostname: false });
  if (domain === null) {
    if (isPrivate) return refuse('private-suffix');
    return refuse(isIcann ? 'public-suffix' : 'single-label');
  }
  if (freeMailDomains.has(domain)) return refuse('free-mail');
  if (isDisposableMail(name)) return refuse('disposable-mail');
  return { ok: true, name, unicode: domainToUnicode(name) };
}

function refuse(reason: DomainNameRefusal, message = messages[reason]): ParsedDomainName {
  return { ok: false, reason, message };
}

function hintFor(typed: string): string {
  if (/:\/\/|\//.test(typed)) return 'This is a web address. Enter the domain alone, such as example.com.';
  if (typed.includes('@')) return 'This is an email address. Enter the part after the @, such as example.com.';
  return messages.invalid;
}
