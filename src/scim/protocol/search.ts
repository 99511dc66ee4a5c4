import { assertUnreachable } from '../../platform/errors/app-error.js';
import type { AttrExp, Compare, Filter } from './filter.js';
import { scimError } from './scim-error.js';

/** What can be asked of a resource's attribute, and where it stands. The SQL is ours; what callers send is a parameter. */
export type Searchable =
  | {
      readonly kind: 'text';
      readonly sql: string;
      readonly caseExact?: true;
      /** A condition that an index answers, for whoever asks after one; besides the comparison itself. */
      readonly found?: (parameter: string) => string;
    }
  | { readonly kind: 'boolean' | 'moment'; readonly sql: string }
  | {
      readonly kind: 'many';
      /** What stands behind `exists (select from`, ready for one more `and`. */
      readonly from: string;
      readonly of: SearchableAttributes;
    };

/** By the attribute's name in lower case; dotted for what is within another. */
export type SearchableAttributes = Readonly<Partial<Record<string, Searchable>>>;

/** A condition in SQL, with what stands for its numbered parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * Makes a filter's condition. A negation of what is not set is true, as for any other value.
 * @param before the parameters that the statement has already
 * @throws invalidFilter for an attribute that can't be searched, and a comparison that means nothing there
 */
export function conditionOf(filter: Filter, attributes: SearchableAttributes, before: readonly unknown[]): Condition {
  const parameters = [...before];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  return { sql: conditionIn(filter, attributes, bind), parameters };
}

type Bind = (value: unknown) => string;

function conditionIn(filter: Filter, attributes: SearchableAttributes, bind: Bind): string {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const each = filter.filters.map((one) => conditionIn(one, attributes, bind));
      return `(${each.join(` ${filter.op} `)})`;
    }
    case 'not':
      return `not coalesce(${conditionIn(filter.filter, attributes, bind)}, false)`;
    case '[]': {
      const { attrPath, valFilter } = filter;
      const many = attributeOf(attrPath, attributes);
      if (many.kind !== 'many') throw scimError('invalidFilter', `${attrPath} does not have several values.`);
      return `exists (select from ${many.from} and ${conditionIn(valFilter, many.of, bind)})`;
    }
    case 'pr':
    case 'eq':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return conditionOn(filter, attributes, bind);
    default:
      return assertUnreachable(filter);
  }
}

function conditionOn(comparison: AttrExp, attributes: SearchableAttributes, bind: Bind): string {
  const attribute = attributeOf(comparison.attrPath, attributes);
  if (attribute.kind === 'many') {
    const inner = attributeOf('value', attribute.of);
    return `exists (select from ${attribute.from} and ${conditionOnOne(inner, comparison, bind)})`;
  }
  return conditionOnOne(attribute, comparison, bind);
}

function conditionOnOne(attribute: Searchable, comparison: AttrExp, bind: Bind): string {
  if (attribute.kind === 'many') throw scimError('invalidFilter', `${comparison.attrPath} has several values.`);
  return comparison.op === 'pr' ? `${attribute.sql} is not null` : compare(attribute, comparison, bind);
}

/** The URN that may stand before an attribute's name. */
const schemaOfName = /^urn:ietf:params:scim:schemas:(?:core|extension:enterprise):2\.0:(?:user|group):/;

/** `emails.value` asks after any of the emails. */
function attributeOf(path: string, attributes: SearchableAttributes): Searchable {
  const name = path.toLowerCase().replace(schemaOfName, '');
  const own = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (own) return own;
  const [whole = '', sub = ''] = name.split('.');
  const many = Object.hasOwn(attributes, whole) ? attributes[whole] : undefined;
  const within = many?.kind === 'many' && Object.hasOwn(many.of, sub) ? many.of[sub] : undefined;
  if (many?.kind !== 'many' || !within)
    throw scimError('invalidFilter', `${JSON.stringify(path.slice(0, 100))} can't be searched.`);
  return { kind: 'many', from: many.from, of: { value: within } };
}

function compare(attribute: Exclude<Searchable, { kind: 'many' }>, comparison: Compare, bind: Bind): string {
  switch (attribute.kind) {
    case 'text':
      return compareText(attribute, comparison, bind);
    case 'boolean':
      return compareBoolean(attribute.sql, comparison, bind);
    case 'moment':
      return compareMoment(attribute.sql, comparison, bind);
    default:
      return assertUnreachable(attribute);
  }
}

function compareText(
  { sql, caseExact, found }: Extract<Searchable, { kind: 'text' }>,
  { op, compValue, attrPath }: Compare,
  bind: Bind,
): string {
  if (compValue === null && op === 'eq') return `${sql} is null`;
  if (compValue === null && op === 'ne') return `${sql} is not null`;
  if (typeof compValue !== 'string' || /\0|\p{Cs}/u.test(compValue))
    throw scimError('invalidFilter', `${attrPath} is compared with text.`);
  const parameter = `${bind(compValue)}::text`;
  // Folded by the database on both sides: ours would fold letters that its collation does not.
  const [own, wanted] = caseExact ? [sql, parameter] : [`lower(${sql})`, `lower(${parameter})`];
  switch (op) {
    case 'eq':
      return found ? `(${own} = ${wanted} and ${found(wanted)})` : `${own} = ${wanted}`;
    case 'ne':
      return `${own} is distinct from ${wanted}`;
    case 'co':
      return `strpos(${own}, ${wanted}) > 0`;
    case 'sw':
      return `starts_with(${own}, ${wanted})`;
    case 'ew':
      return `right(${own}, length(${wanted})) = ${wanted}`;
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return `${own} ${orders[op]} ${wanted}`;
    default:
      return assertUnreachable(op);
  }
}

const orders = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/** Microsoft Entra compares booleans with text. */
function compareBoolean(sql: string, { op, compValue, attrPath }: Compare, bind: Bind): string {
  const wanted = typeof compValue === 'string' ? compValue.toLowerCase() : String(compValue);
  if ((op !== 'eq' && op !== 'ne') || (wanted !== 'true' && wanted !== 'false'))
    throw scimError('invalidFilter', `${attrPath} is compared with true or false, by eq or ne.`);
  return `${sql} is ${op === 'eq' ? 'not ' : ''}distinct from ${bind(wanted === 'true')}::boolean`;
}

const dateTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/i;

function compareMoment(sql: string, { op, compValue, attrPath }: Compare, bind: Bind): string {
  const isMoment = typeof compValue === 'string' && dateTime.test(compValue) && !Number.isNaN(Date.parse(compValue));
  if (!isMoment || op === 'co' || op === 'sw' || op === 'ew')
    throw scimError('invalidFilter', `${attrPath} is compared with a moment such as 2026-01-31T12:00:00Z.`);
  // An answer has milliseconds and no more; what is stored has microseconds.
  const own = `date_trunc('milliseconds', ${sql})`;
  const wanted = `${bind(new Date(compValue))}::timestamptz`;
  return `${own} ${op === 'eq' ? '=' : op === 'ne' ? '<>' : orders[op]} ${wanted}`;
}
