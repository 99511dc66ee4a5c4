import { parseFilter, type Filter } from './filter.js';
import { isObject } from './document.js';
import { scimError } from './scim-error.js';

export const DEFAULT_COUNT = 100;
export const MOST_RESULTS = 200;

/** What a list is asked for (RFC 7644, 3.4.2, and RFC 9865 for cursors). */
export interface ListQuery {
  readonly filter: Filter | null;
  readonly count: number;
  /** From 1; counts where there is no cursor. */
  readonly startIndex: number;
  /** `''` for the first page of a list that goes on by cursor; null for one that goes on by index. */
  readonly cursor: string | null;
  readonly attributes: readonly string[];
  readonly excludedAttributes: readonly string[];
}

const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const LONGEST_LIST_OF_NAMES = 4000;

/**
 * Reads the query of an address.
 * @throws invalidFilter, invalidValue
 */
export function readListQuery(query: Readonly<Record<string, unknown>>): ListQuery {
  const { filter, count, startIndex, cursor } = query;
  return {
    filter: filter === undefined || filter === '' ? null : parseFilter(textIn('filter', filter)),
    count: Math.min(Math.max(wholeNumber('count', count) ?? DEFAULT_COUNT, 0), MOST_RESULTS),
    startIndex: Math.max(wholeNumber('startIndex', startIndex) ?? 1, 1),
    cursor: cursor === undefined ? null : textIn('cursor', cursor),
    attributes: namesIn('attributes', query.attributes),
    excludedAttributes: namesIn('excludedAttributes', query.excludedAttributes),
  };
}

/** As `readListQuery`, from the body of `POST …/.search` (RFC 7644, 3.4.3). @throws invalidSyntax besides */
export function readSearchRequest(body: unknown): ListQuery {
  if (!isObject(body) || !Array.isArray(body.schemas) || !body.schemas.includes(SEARCH_SCHEMA))
    throw scimError('invalidSyntax', `schemas must name ${SEARCH_SCHEMA}.`);
  return readListQuery(body);
}

function textIn(name: string, value: unknown): string {
  if (typeof value !== 'string') throw scimError('invalidValue', `${name} must be given once, as text.`);
  return value;
}

function wholeNumber(name: string, value: unknown): number | null {
  if (value === undefined || value === '') return null;
  const number = typeof value === 'number' ? value : Number(textIn(name, value));
  if (!Number.isInteger(number) || Math.abs(number) > 1e9)
    throw scimError('invalidValue', `${name} must be a whole number.`);
  return number;
}

/** A comma list in an address, a list of text in a body. */
function namesIn(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const names = Array.isArray(value) ? value.map((one) => textIn(name, one)).join(',') : textIn(name, value);
  if (names.length > LONGEST_LIST_OF_NAMES) throw scimError('invalidValue', `${name} is too long.`);
  return names
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
