import { assertUnreachable } from '../../platform/errors/app-error.js';
import { scimError } from './scim-error.js';
import {
  attributeNamed,
  commonAttributes,
  extensionNamed,
  type Attribute,
  type ResourceType,
  type Schema,
} from './scim-schema.js';

export type Value = string | boolean | Complex | readonly Value[];
export interface Complex {
  readonly [name: string]: Value;
}

/** A resource as its schemas name it: attributes of the core by their names, those of an extension under its URN. */
export type Document = Record<string, Value>;

const LONGEST_TEXT = 2000;
/** More values than a group may have. */
const MOST_VALUES = 50_000;

/**
 * Reads a resource that was sent: names in any case, and of what is known here alone. What a client may not write, such as
 * `id`, is left out, as is what the schemas do not have (RFC 7644, 3.3).
 * @throws invalidSyntax for what is no resource, invalidValue for a value of another type than the schema says
 */
export function readDocument(type: ResourceType, body: unknown): Document {
  if (!isObject(body)) throw scimError('invalidSyntax', 'The body must be a JSON object.');
  const document: Document = {};
  for (const [key, value] of Object.entries(body)) {
    const extension = extensionNamed(type, key);
    if (extension) setTo(document, extension.id, readExtension(extension, value));
    else readInto(document, [...commonAttributes, ...type.core.attributes], key, value);
  }
  return document;
}

/** @throws invalidValue */
export function readExtension({ id, attributes }: Schema, value: unknown): Complex | null {
  if (value === null) return null;
  if (!isObject(value)) throw scimError('invalidValue', `${id} must be an object.`);
  return readOnto(undefined, attributes, value);
}

/**
 * One attribute's value, in the one form that the schema has for it: a lone value of many becomes a list, a list of one the
 * object that it stands for, `"False"` a boolean, and text a complex value's `value`, as Microsoft Entra and Okta send them.
 * @returns null for what unsets it
 * @throws invalidValue
 */
export function readValue(attribute: Attribute, value: unknown): Value | null {
  if (value === null || value === undefined) return null;
  if (!attribute.multiValued) return readOne(attribute, loneOf(attribute, value));
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MOST_VALUES) throw scimError('tooMany', `${attribute.name} has too many values.`);
  const read = values.map((one) => readOne(attribute, one)).filter((one) => one !== null);
  return read.length === 0 ? null : withOnePrimary(read);
}

function loneOf({ type }: Attribute, value: unknown): unknown {
  return type === 'complex' && Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function readOne(attribute: Attribute, value: unknown): Value | null {
  if (value === null || value === '') return null;
  switch (attribute.type) {
    case 'boolean':
      return readBoolean(attribute.name, value);
    case 'complex':
      return readComplex(attribute, value);
    case 'string':
    case 'reference':
    case 'dateTime':
      return readText(attribute.name, value);
    default:
      return assertUnreachable(attribute.type);
  }
}

function readBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text !== 'true' && text !== 'false') throw scimError('invalidValue', `${name} must be true or false.`);
  return text === 'true';
}

function readText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw scimError('invalidValue', `${name} must be text.`);
  if (value.length > LONGEST_TEXT) throw scimError('invalidValue', `${name} has over ${LONGEST_TEXT} characters.`);
  if (/\0|\p{Cs}/u.test(value)) throw scimError('invalidValue', `${name} holds characters that cannot be stored.`);
  return value;
}

function readComplex({ name, subAttributes = [] }: Attribute, value: unknown): Value | null {
  if (typeof value === 'string' && attributeNamed(subAttributes, 'value'))
    return { value: readText(`${name}.value`, value) };
  if (!isObject(value)) throw scimError('invalidValue', `${name} must be an object.`);
  const read = readOnto(undefined, subAttributes, value);
  const missing = subAttributes.find((sub) => sub.required && read?.[sub.name] === undefined);
  if (missing) throw scimError('invalidValue', `${name} must have a ${missing.name}.`);
  return read;
}

/**
 * An object's values upon those that are there: what it does not name stays, and what it names as null goes.
 * @returns null where nothing is left
 * @throws invalidValue
 */
export function readOnto(
  current: Value | undefined,
  attributes: readonly Attribute[],
  value: Readonly<Record<string, unknown>>,
): Complex | null {
  const read: Record<string, Value> = isComplex(current) ? { ...current } : {};
  for (const [key, one] of Object.entries(value)) readInto(read, attributes, key, one);
  return Object.keys(read).length === 0 ? null : read;
}

function readInto(into: Record<string, Value>, attributes: readonly Attribute[], key: string, value: unknown): void {
  const attribute = attributeNamed(attributes, key);
  if (attribute && !attribute.readOnly) setTo(into, attribute.name, readValue(attribute, value));
}

/** Sets what a schema names; null unsets it. */
export function setTo(into: Record<string, Value>, name: string, value: Value | null): void {
  if (value === null) Reflect.deleteProperty(into, name);
  else into[name] = value;
}

/**
 * At most one value is the primary one (RFC 7643, 2.4): the last that says so.
 * @param before the values that were there: one that has come to say so counts before one that did already (RFC 7644, 3.5.2)
 */
export function withOnePrimary(values: readonly Value[], before: readonly Value[] = []): readonly Value[] {
  if (!values.some(isPrimary)) return values;
  const come = values.findLastIndex((value) => isPrimary(value) && !before.includes(value));
  const first = come === -1 ? values.findLastIndex(isPrimary) : come;
  return values.map((value, place) => (isPrimary(value) && place !== first ? { ...value, primary: false } : value));
}

const isPrimary = (value: Value): value is Complex => isComplex(value) && value.primary === true;

export function isComplex(value: Value | undefined): value is Complex {
  return typeof value === 'object' && !Array.isArray(value);
}

/** The values of a multi-valued attribute that are objects; none where it is not set. */
export function valuesOf(value: Value | undefined): readonly Complex[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter(isComplex) : [];
}

export function textOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
