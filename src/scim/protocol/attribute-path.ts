import { parseFilter, type Filter } from './filter.js';
import { scimError } from './scim-error.js';
import {
  attributeNamed,
  commonAttributes,
  extensionNamed,
  type Attribute,
  type ResourceType,
  type Schema,
} from './scim-schema.js';

/** Where something stands in a resource: `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department`. */
export interface AttributePath {
  /** Null: in the core schema. */
  readonly extension: Schema | null;
  readonly attribute: Attribute;
  /** Which of the values of a multi-valued attribute; null for all. */
  readonly filter: Filter | null;
  readonly sub: Attribute | null;
}

const LONGEST_PATH = 1000;

/** `attribute[filter].sub`: what stands before the first bracket, within the outermost brackets, and behind them. */
const shape = /^([\w$-]+)(?:\[(.*)\])?(?:\.([\w$-]+))?$/s;

/**
 * Reads a path of RFC 7644, 3.5.2, which need not be what a program of a schema would write: case does not matter, and the
 * core schema's URN may stand before it.
 * @throws invalidPath, as SCIM calls it, for what the resource type does not have
 */
export function parsePath(type: ResourceType, text: string): AttributePath {
  const { extension, rest } = splitUrn(type, text);
  const [, name, filter, subName] = (text.length > LONGEST_PATH ? null : shape.exec(rest)) ?? [];
  const attributes = extension?.attributes ?? [...commonAttributes, ...type.core.attributes];
  const attribute = name === undefined ? null : attributeNamed(attributes, name);
  if (!attribute) throw unknown(text);
  const sub = subName === undefined ? null : attributeNamed(attribute.subAttributes ?? [], subName);
  if (subName !== undefined && !sub) throw unknown(text);
  if (filter !== undefined && !attribute.multiValued) throw unknown(text);
  return { extension, attribute, sub, filter: filter === undefined ? null : parseFilter(filter, 'invalidPath') };
}

/** As `parsePath`, for what a list names: null for what the resource type does not have. */
export function findPath(type: ResourceType, text: string): AttributePath | null {
  try {
    return parsePath(type, text);
  } catch {
    return null;
  }
}

/** A URN holds dots and colons, and ends at the last colon before a bracket. */
function splitUrn(type: ResourceType, text: string): { extension: Schema | null; rest: string } {
  const head = text.split('[', 1)[0] ?? '';
  const colon = head.lastIndexOf(':');
  if (!/^urn:/i.test(text) || colon === -1) return { extension: null, rest: text };
  const urn = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (urn.toLowerCase() === type.core.id.toLowerCase()) return { extension: null, rest };
  const extension = extensionNamed(type, urn);
  if (!extension) throw unknown(text);
  return { extension, rest };
}

const unknown = (text: string) =>
  scimError('invalidPath', `There is no attribute ${JSON.stringify(text.slice(0, 100))} here.`);
