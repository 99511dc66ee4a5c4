import type { ScimClient } from '../scim-client.types.js';
import type { Document } from './document.js';
import type { ListQuery } from './list-query.js';
import type { Found } from './list-response.js';
import type { Wanted } from './projection.js';
import type { ResourceType } from './scim-schema.js';

/** What RFC 7644 does with the resources of one type, for a route and for an operation of a bulk request alike. */
export interface ResourceEndpoint {
  readonly type: ResourceType;
  /** The whole of it, though what nobody wants and takes long to read may be missing. */
  get(client: ScimClient, id: string, wanted: Wanted): Promise<Document>;
  /** As much of each as the query wants. */
  list(client: ScimClient, query: ListQuery): Promise<Found>;
  create(client: ScimClient, body: unknown, wanted: Wanted): Promise<Document>;
  replace(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void>;
  patch(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void>;
  remove(client: ScimClient, id: string, ifMatch?: string): Promise<void>;
}
