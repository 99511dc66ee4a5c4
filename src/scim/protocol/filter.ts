import { parse, type Compare, type Filter } from 'scim2-parse-filter';
import { assertUnreachable } from '../../platform/errors/app-error.js';
import { scimError } from './scim-error.js';

export type { AttrExp, Compare, Filter } from 'scim2-parse-filter';

/** As long as any that an identity provider sends, and too short to be a burden. */
const LONGEST_FILTER = 2000;
const DEEPEST = 20;

/**
 * Reads a filter of RFC 7644, 3.4.2.2.
 * @param blame how SCIM calls it when the filter can't be read: it may be part of a path
 * @throws invalidFilter or invalidPath
 */
export function parseFilter(text: string, blame: 'invalidFilter' | 'invalidPath' = 'invalidFilter'): Filter {
  if (text.length > LONGEST_FILTER) throw scimError(blame, `A filter has at most ${LONGEST_FILTER} characters.`);
  const texts: string[] = [];
  // The parser takes the backslashes of a text for themselves, and JSON does not: it is told the place of each text instead.
  const shape = text.replace(quoted, (one) => `"${texts.push(textIn(one)) - 1}"`);
  if (depthOf(shape) > DEEPEST) throw scimError(blame, `A filter is at most ${DEEPEST} brackets deep.`);
  try {
    return withTexts(parse(shape), texts);
  } catch {
    throw scimError(blame, 'The filter is not one that RFC 7644, 3.4.2.2 describes.');
  }
}

const quoted = /"(?:[^"\\]|\\.)*"/gs;

/** Some send a backslash as it is: what JSON can't read is read as it stands. */
function textIn(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal.slice(1, -1).replaceAll('\\"', '"');
  }
}

function withTexts(filter: Filter, texts: readonly string[]): Filter {
  if ('filters' in filter) return { ...filter, filters: filter.filters.map((one) => withTexts(one, texts)) };
  if ('filter' in filter) return { ...filter, filter: withTexts(filter.filter, texts) };
  if ('valFilter' in filter) return { ...filter, valFilter: withTexts(filter.valFilter, texts) };
  if (!('compValue' in filter) || typeof filter.compValue !== 'string') return filter;
  return { ...filter, compValue: texts[Number(filter.compValue)] ?? '' };
}

/** Of brackets and `not` without one, before anything is called for each of them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[()[\]]|\bnot\b(?!\s*\()/gi)) {
    depth += bracket === ')' || bracket === ']' ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/**
 * Whether one value of a multi-valued attribute meets a filter, as in `emails[type eq "work"]`. Text is compared without
 * regard to case, and so are the names of sub-attributes.
 * @throws invalidPath for a comparison that means nothing there
 */
export function meets(value: Readonly<Record<string, unknown>>, filter: Filter): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((one) => meets(value, one));
    case 'or':
      return filter.filters.some((one) => meets(value, one));
    case 'not':
      return !meets(value, filter.filter);
    case 'pr':
      return fold(valueOf(value, filter.attrPath)) !== undefined;
    case '[]':
      throw scimError('invalidPath', 'A filter within a filter can’t choose among values.');
    case 'eq':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return compares(fold(valueOf(value, filter.attrPath)), filter);
    default:
      return assertUnreachable(filter);
  }
}

function compares(found: unknown, { op, compValue }: Compare): boolean {
  const wanted = fold(compValue);
  if (op === 'eq') return found === wanted;
  if (op === 'ne') return found !== wanted;
  if (typeof found !== 'string' || typeof wanted !== 'string') return false;
  if (op === 'co') return found.includes(wanted);
  if (op === 'sw') return found.startsWith(wanted);
  if (op === 'ew') return found.endsWith(wanted);
  throw scimError('invalidPath', `${op} can't choose among values.`);
}

function valueOf(value: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(value, name)) return value[name];
  const wanted = name.toLowerCase();
  return Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** Microsoft Entra compares booleans as text. */
function fold(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'string') return value;
  const folded = value.toLowerCase();
  if (folded === 'true') return true;
  return folded === 'false' ? false : folded;
}
