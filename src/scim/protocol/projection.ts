import { findPath } from './attribute-path.js';
import type { Complex, Document, Value } from './document.js';
import { isComplex } from './document.js';
import type { ResourceType } from './scim-schema.js';

/** Which attributes of a resource are asked for (RFC 7644, 3.9). */
export interface Wanted {
  readonly attributes: readonly string[];
  readonly excludedAttributes: readonly string[];
}

/** Where a name points to: `key` in the resource, and one or two names further in. */
type Place = readonly string[];

/**
 * As much of a resource as is wanted. `schemas` and `id` are always in it; names that stand for nothing here are passed
 * over; where both lists are given, the first counts.
 */
export function projected(type: ResourceType, resource: Document, wanted: Wanted): Document {
  const { attributes, excludedAttributes } = wanted;
  if (attributes.length > 0) return only(resource, placesOf(type, attributes));
  const excluded = placesOf(type, excludedAttributes).filter(([key]) => key !== 'id' && key !== 'schemas');
  return excluded.reduce((rest, place) => withoutPlace(rest, place), resource);
}

/** Whether an attribute of the core need be looked up at all. */
export function isWanted(type: ResourceType, name: string, { attributes, excludedAttributes }: Wanted): boolean {
  const names = (list: readonly string[]) => placesOf(type, list);
  if (attributes.length > 0) return names(attributes).some(([key]) => key === name);
  return !names(excludedAttributes).some((place) => place.length === 1 && place[0] === name);
}

function placesOf(type: ResourceType, names: readonly string[]): Place[] {
  return names.flatMap((name) => {
    const extension = type.extensions.find(({ id }) => id.toLowerCase() === name.toLowerCase());
    if (extension) return [[extension.id]];
    const path = findPath(type, name);
    if (!path) return [];
    const { extension: within, attribute, sub } = path;
    return [[...(within ? [within.id] : []), attribute.name, ...(sub ? [sub.name] : [])]];
  });
}

function only(resource: Document, places: readonly Place[]): Document {
  const kept: Document = {};
  for (const key of ['schemas', 'id']) if (resource[key] !== undefined) kept[key] = resource[key];
  for (const [key = '', ...rest] of places) {
    const value = resource[key] === undefined ? undefined : picked(resource[key], rest);
    if (value !== undefined) kept[key] = joined(kept[key], value);
  }
  return kept;
}

/** What stands at a place within a value, in its place. */
function picked(value: Value, [name, ...rest]: Place): Value | undefined {
  if (name === undefined) return value;
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap((one) => picked(one, [name, ...rest]) ?? []);
  if (!isComplex(value) || value[name] === undefined) return undefined;
  const inner = picked(value[name], rest);
  return inner === undefined ? undefined : { [name]: inner };
}

function joined(first: Value | undefined, second: Value): Value {
  if (Array.isArray(first) && Array.isArray(second))
    return (first as readonly Value[]).map((one, place) => joined(one, (second as readonly Value[])[place] ?? one));
  return isComplex(first) && isComplex(second) ? { ...first, ...second } : second;
}

const without = <Holder extends object>(holder: Holder, name: string): Holder =>
  Object.fromEntries(Object.entries(holder).filter(([key]) => key !== name)) as Holder;

function withoutPlace<Holder extends Document | Complex>(holder: Holder, [name = '', ...rest]: Place): Holder {
  const value = holder[name];
  if (value === undefined) return holder;
  if (rest.length === 0) return without(holder, name);
  const inner = Array.isArray(value)
    ? (value as readonly Value[]).map((one) => (isComplex(one) ? withoutPlace(one, rest) : one))
    : isComplex(value)
      ? withoutPlace(value, rest)
      : value;
  return { ...holder, [name]: inner };
}
