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
  try {
    const literals: string[] = [];
    // The parser reads a backslash in its own way; values are JSON (RFC 7644, 3.4.2.2), and read as that.
    const numbered = text.replace(literal, (json) => `"${literals.push(JSON.parse(json) as string) - 1}"`);
    if (depthOf(numbered) <= DEEPEST) return withLiterals(parse(numbered), literals);
  } catch {
    throw scimError(blame, 'The filter is not one that RFC 7644, 3.4.2.2 describes.');
  }
  throw scimError(blame, `A filter is at most ${DEEPEST} brackets deep.`);
}

const literal = /"(?:[^"\\]|\\.)*"/gs;

/** Of brackets and `not`, before anything is called for each of them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[()[\]]|\bnot\b/gi)) {
    depth += bracket === ')' || bracket === ']' ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The same with each value in place of its number. */
function withLiterals(filter: Filter, literals: readonly string[]): Filter {
  if ('filters' in filter) return { ...filter, filters: filter.filters.map((one) => withLiterals(one, literals)) };
  if ('filter' in filter) return { ...filter, filter: withLiterals(filter.filter, literals) };
  if ('valFilter' in filter) return { ...filter, valFilter: withLiterals(filter.valFilter, literals) };
  if (!('compValue' in filter) || typeof filter.compValue !== 'string') return filter;
  return { ...filter, compValue: literals[Number(filter.compValue)] ?? '' };
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
