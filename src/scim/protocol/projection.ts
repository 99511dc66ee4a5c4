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
  return { ...picked(resource, [['schemas'], ['id'], ...places]) };
}

/** Of an object what stands at any of the places; of several values it is of each, and stays together. */
function picked(holder: Document | Complex, places: readonly Place[]): Complex | undefined {
  const kept: Record<string, Value> = {};
  for (const name of new Set(places.map(([first = '']) => first))) {
    const value = holder[name];
    const within = places.filter(([first]) => first === name).map(([, ...rest]) => rest);
    const inner = value === undefined ? undefined : pickedOf(value, within);
    if (inner !== undefined) kept[name] = inner;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function pickedOf(value: Value, places: readonly Place[]): Value | undefined {
  if (places.some(({ length }) => length === 0)) return value;
  if (!Array.isArray(value)) return isComplex(value) ? picked(value, places) : undefined;
  const values = (value as readonly Value[]).flatMap((one) => pickedOf(one, places) ?? []);
  return values.length === 0 ? undefined : values;
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
