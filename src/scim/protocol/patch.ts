import { findPath, parsePath, type AttributePath } from './attribute-path.js';
import {
  isComplex,
  isObject,
  readExtension,
  readOnto,
  readValue,
  setTo,
  textOf,
  withOnePrimary,
  type Complex,
  type Document,
  type Value,
} from './document.js';
import { meets, type Filter } from './filter.js';
import { scimError } from './scim-error.js';
import { attributeNamed, extensionNamed, type Attribute, type ResourceType } from './scim-schema.js';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MOST_OPERATIONS = 1000;
/** By all operations together: a group of thousands is changed by some hundreds of them, each of which may name thousands. */
const MOST_LOOKED_AT = 4_000_000;

interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string | null;
  readonly value: unknown;
}

/**
 * Applies a PATCH (RFC 7644, 3.5.2) to a resource, in the order of its operations; `document` stays as it was. All of it
 * counts or nothing. Reads what identity providers send beside the RFC: `Add`, dotted names without a path, `"False"`.
 * @throws invalidSyntax, invalidPath, invalidValue, noTarget, mutability or tooMany, as SCIM calls them
 */
export function applyPatch(type: ResourceType, document: Readonly<Document>, body: unknown): Document {
  const patched: Document = { ...document };
  let looked = 0;
  for (const operation of operationsIn(body)) {
    looked += valuesIn(patched);
    if (looked > MOST_LOOKED_AT)
      throw scimError('tooMany', 'So many operations on so many values: send fewer at once.');
    apply(type, patched, operation);
  }
  return patched;
}

/** How many there are to look at: nobody else is served meanwhile. */
function valuesIn(document: Readonly<Document>): number {
  return Object.values(document).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
}

function operationsIn(body: unknown): Operation[] {
  const named = isObject(body) ? lowerCased(body) : {};
  const { schemas, operations } = named;
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_SCHEMA))
    throw scimError('invalidSyntax', `schemas must name ${PATCH_SCHEMA}.`);
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MOST_OPERATIONS)
    throw scimError('invalidSyntax', `Operations must be a list of 1 to ${MOST_OPERATIONS}.`);
  return operations.map(readOperation);
}

function readOperation(given: unknown): Operation {
  const { op, path, value } = isObject(given) ? lowerCased(given) : {};
  const verb = typeof op === 'string' ? op.toLowerCase() : '';
  if (verb !== 'add' && verb !== 'replace' && verb !== 'remove')
    throw scimError('invalidSyntax', 'op must be add, replace or remove.');
  const isPath = typeof path === 'string' && path !== '';
  if (!isPath && path !== undefined && path !== null && path !== '')
    throw scimError('invalidPath', 'path must be text.');
  if (!isPath && verb === 'remove') throw scimError('noTarget', 'remove needs a path.');
  return { op: verb, path: isPath ? path : null, value };
}

/** The names of a message's own members are compared without regard to case too. */
const lowerCased = (given: Readonly<Record<string, unknown>>): Partial<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value]));

function apply(type: ResourceType, document: Document, { op, path, value }: Operation): void {
  if (path === null) {
    applyAll(type, document, op, value);
    return;
  }
  const extension = extensionNamed(type, path);
  if (extension) {
    if (op === 'remove') Reflect.deleteProperty(document, extension.id);
    else if (!isObject(value)) setTo(document, extension.id, readExtension(extension, value));
    else setTo(document, extension.id, readOnto(document[extension.id], extension.attributes, value));
    return;
  }
  const at = parsePath(type, path);
  if (at.attribute.readOnly || at.sub?.readOnly) throw scimError('mutability', `${path} can't be changed.`);
  applyAt(document, at, op, value);
}

/** Without a path the value names what it changes; what is not known here, or not to be written, is passed over as in a PUT. */
function applyAll(type: ResourceType, document: Document, op: Operation['op'], value: unknown): void {
  if (!isObject(value)) throw scimError('invalidValue', 'Without a path the value must be an object.');
  for (const [key, one] of Object.entries(value)) {
    const at = extensionNamed(type, key) ? null : findPath(type, key);
    if (at === null && !extensionNamed(type, key)) continue;
    if (at?.attribute.readOnly || at?.sub?.readOnly) continue;
    apply(type, document, { op, path: key, value: one });
  }
}

function applyAt(document: Document, at: AttributePath, op: Operation['op'], value: unknown): void {
  const holder = at.extension ? { ...(document[at.extension.id] as Complex | undefined) } : document;
  const current = holder[at.attribute.name];
  const next = at.attribute.multiValued ? changeMany(current, at, op, value) : changeOne(current, at, op, value);
  setTo(holder, at.attribute.name, next);
  if (at.extension) setTo(document, at.extension.id, Object.keys(holder).length === 0 ? null : holder);
}

function changeOne(current: Value | undefined, at: AttributePath, op: Operation['op'], value: unknown): Value | null {
  const { attribute, sub } = at;
  if (op === 'remove') return sub ? withoutSub(current, sub) : null;
  if (sub) return withSub(current, sub, value);
  if (attribute.type === 'complex' && isObject(value)) return readOnto(current, attribute.subAttributes ?? [], value);
  return readValue(attribute, value);
}

function changeMany(current: Value | undefined, at: AttributePath, op: Operation['op'], value: unknown): Value | null {
  const { attribute, sub, filter } = at;
  const values = Array.isArray(current) ? (current as readonly Value[]) : [];
  const next = ((): readonly Value[] => {
    if (filter || sub) return changeChosen(values, at, op, value);
    if (op === 'remove') return value === undefined || value === null ? [] : without(values, attribute, value);
    const read = (readValue(attribute, value) ?? []) as readonly Value[];
    return op === 'replace' ? read : joined(values, read);
  })();
  return next.length === 0 ? null : withOnePrimary(next, values);
}

/** @throws noTarget where a value is to be replaced and none meets the filter */
function changeChosen(
  values: readonly Value[],
  { attribute, sub, filter }: AttributePath,
  op: Operation['op'],
  value: unknown,
): readonly Value[] {
  const isChosen = (one: Value) => filter === null || (isComplex(one) && meets(one, filter));
  if (op === 'remove') {
    return sub
      ? values.flatMap((one) => (isChosen(one) ? (withoutSub(one, sub) ?? []) : [one]))
      : values.filter((one) => !isChosen(one));
  }
  const change = (one: Value): Value | null => (sub ? withSub(one, sub, value) : changeItem(one, attribute, value));
  if (values.some(isChosen)) return values.flatMap((one) => (isChosen(one) ? (change(one) ?? []) : [one]));
  // Microsoft Entra sets `emails[type eq "work"].value` where there is no such email yet.
  const begun = filter === null ? {} : describedBy(attribute, filter);
  if (begun === null) throw scimError('noTarget', 'No value meets the filter of the path.');
  return [...values, change(begun) ?? []].flat();
}

/** The one value that a plain `eq` describes; null where the filter says more. */
function describedBy({ subAttributes = [] }: Attribute, filter: Filter): Complex | null {
  if (filter.op !== 'eq' || !('compValue' in filter)) return null;
  const sub = attributeNamed(subAttributes, filter.attrPath);
  const value = sub && readValue(sub, filter.compValue);
  return sub && value !== null ? { [sub.name]: value } : null;
}

/** One of several values: an object changes what it names, and text its `value`. */
function changeItem(current: Value, attribute: Attribute, value: unknown): Value | null {
  const [item] = (Array.isArray(value) ? value : [value]) as readonly unknown[];
  if (isObject(item)) return readOnto(current, attribute.subAttributes ?? [], item);
  const [read] = (readValue(attribute, item) ?? []) as readonly Value[];
  return isComplex(current) && isComplex(read) ? { ...current, ...read } : (read ?? null);
}

/** Those behind are added, or take the place of those with the same `value`. */
function joined(values: readonly Value[], added: readonly Value[]): readonly Value[] {
  const byKey = new Map(values.map((one) => [keyOf(one), one]));
  for (const one of added) byKey.set(keyOf(one), one);
  return [...byKey.values()];
}

/** OneLogin and Microsoft Entra name what is to go in the value rather than in the path; without a type it is of any. */
function without(values: readonly Value[], attribute: Attribute, gone: unknown): readonly Value[] {
  const keys = new Set(((readValue(attribute, gone) ?? []) as readonly Value[]).map((one) => keyOf(one)));
  return values.filter((one) => !keys.has(keyOf(one)) && !keys.has(keyOf(one, '')));
}

function keyOf(value: Value, kind = isComplex(value) ? (textOf(value.type) ?? '') : ''): string {
  const named = isComplex(value) ? textOf(value.value) : null;
  return named === null ? JSON.stringify(value) : `${kind.toLowerCase()} ${named.toLowerCase()}`;
}

function withSub(current: Value | undefined, sub: Attribute, value: unknown): Value | null {
  const next: Record<string, Value> = isComplex(current) ? { ...current } : {};
  setTo(next, sub.name, readValue(sub, value));
  return Object.keys(next).length === 0 ? null : next;
}

function withoutSub(current: Value | undefined, sub: Attribute): Value | null {
  return withSub(current, sub, null);
}
