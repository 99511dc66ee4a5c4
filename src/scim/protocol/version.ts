import { sha256Base64 } from '../../platform/crypto/digest.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Document } from './document.js';

/** A weak ETag (RFC 9110, 8.8.3) of what a resource says, without `meta`: equal where nothing was changed. */
export function versionOf(resource: Document): string {
  return `W/"${sha256Base64(JSON.stringify({ ...resource, meta: undefined })).slice(0, 22)}"`;
}

/**
 * @param ifMatch the header, or a bulk operation's `version`; undefined asks for nothing
 * @throws PRECONDITION_FAILED where the resource has changed since (RFC 7644, 3.14)
 */
export function refuseOtherVersion(resource: Document, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*' || listed(ifMatch).includes(opaque(versionOf(resource)))) return;
  throw new AppError('PRECONDITION_FAILED', { message: 'The resource has changed since you read it.' });
}

/** Whether the client has this already. */
export function isKnown(resource: Document, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || listed(ifNoneMatch).includes(opaque(versionOf(resource)));
}

const listed = (header: string): string[] => header.split(',').map((tag) => opaque(tag.trim()));

/** Weak comparison: the prefix does not count. */
const opaque = (tag: string): string => tag.replace(/^W\//, '');
