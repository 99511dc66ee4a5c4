import { Eta } from 'eta';
import { assetUrl } from './page-assets.js';

/** How many organizations the console page lists, and how long a name may run: both keep a page under 10 kB. */
const LISTED = 10;
const NAME_LENGTH = 80;

/**
 * Eta with the few words that templates may use besides their model (`it`).
 * Templates are compiled once; every `<%= %>` is escaped, and raw output (`<%~ %>`) is for partials alone.
 */
export class PageEngine extends Eta {
  readonly words = { asset: assetUrl, address, link, short, roleName, listed: LISTED };

  constructor(folder: string) {
    super({
      views: folder,
      cache: true,
      autoEscape: true,
      escapeFunction: escapeText,
      functionHeader: 'const { asset, address, link, short, roleName, listed } = this.words;',
    });
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. A template that prints what its model lacks is a defect, not "undefined". */
function escapeText(value: unknown): string {
  const isText = typeof value === 'string' || typeof value === 'number';
  if (!isText) throw new TypeError(`A page cannot print ${typeof value}.`);
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const here = 'https://gatehouse.invalid';

/**
 * An address fit for `href`: a path of ours or http(s). Escaping alone would let `javascript:` through, and a look at the
 * first letters `/\t/evil.test`, so it is read as a browser reads it.
 */
function address(url: string): string {
  const isOurs = url.startsWith('/') && URL.canParse(url, here) && new URL(url, here).origin === here;
  if (isOurs || /^https?:\/\//.test(url)) return url;
  throw new TypeError('A page links to a path of ours or to http(s).');
}

/** A path of ours with its query; what is undefined is left out. */
function link(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** A name that somebody chose, cut to a length that a page can hold. */
function short(name: string): string {
  const characters = Array.from(name);
  return characters.length > NAME_LENGTH ? `${characters.slice(0, NAME_LENGTH - 1).join('')}…` : name;
}

/** A role as a reader says it: `OWNER` is "Owner"; custom roles keep their own name. */
function roleName(role: string): string {
  return short(/^[A-Z]+$/.test(role) ? role.charAt(0) + role.slice(1).toLowerCase() : role);
}
