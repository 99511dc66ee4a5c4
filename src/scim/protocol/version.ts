import { AppError } from '../../platform/errors/app-error.js';
import { sha256Base64 } from '../../platform/crypto/digest.js';
import { isComplex, textOf, type Document } from './document.js';

/** A weak ETag (RFC 9110, 8.8.3) of what something says: equal where nothing was changed. */
export function versionOf(told: Document): string {
  return `W/"${sha256Base64(JSON.stringify(told)).slice(0, 22)}"`;
}

/** The ETag that a resource names in its `meta`. */
export const versionIn = (resource: Document): string => metaOf(resource, 'version');

/** Its address, likewise. */
export const locationIn = (resource: Document): string => metaOf(resource, 'location');

function metaOf({ meta }: Document, name: string): string {
  return (isComplex(meta) ? textOf(meta[name]) : null) ?? '';
}

/**
 * @param ifMatch the header, or a bulk operation's `version`; undefined asks for nothing
 * @throws PRECONDITION_FAILED where the resource has changed since (RFC 7644, 3.14)
 */
export function refuseOtherVersion(resource: Document, ifMatch: string | undefined): void {
  if (ifMatch === undefined || matches(resource, ifMatch)) return;
  throw new AppError('PRECONDITION_FAILED', { message: 'The resource has changed since you read it.' });
}

/** Whether the client has this already. */
export function isKnown(resource: Document, ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch !== undefined && matches(resource, ifNoneMatch);
}

/** Weak comparison: the prefix does not count. */
function matches(resource: Document, header: string): boolean {
  const tags = header.split(',').map((tag) => opaque(tag.trim()));
  return tags.includes('*') || tags.includes(opaque(versionIn(resource)));
}

const opaque = (tag: string): string => tag.replace(/^W\//, '');
