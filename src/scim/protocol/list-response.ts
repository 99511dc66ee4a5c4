import type { Document } from './document.js';
import type { ListQuery } from './list-query.js';

/** A page of resources, and how many there are in all. */
export interface Found {
  readonly resources: readonly Document[];
  readonly total: number;
  /** Null: nothing follows; undefined: the list goes on by index. */
  readonly nextCursor?: string | null;
}

/** The answer to a list (RFC 7644, 3.4.2; RFC 9865 where it goes on by cursor). */
export function listResponse({ resources, total, nextCursor }: Found, { startIndex }: ListQuery): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    itemsPerPage: resources.length,
    ...(nextCursor === undefined ? { startIndex } : nextCursor === null ? {} : { nextCursor }),
    Resources: resources,
  };
}
