import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import type { Document } from '../protocol/document.js';
import { readDocument } from '../protocol/document.js';
import type { ListQuery } from '../protocol/list-query.js';
import type { Found } from '../protocol/list-response.js';
import { pageOf } from '../protocol/page.js';
import type { ResourceEndpoint } from '../protocol/resource-endpoint.types.js';
import { isWanted, projected } from '../protocol/projection.js';
import { refuseOtherVersion } from '../protocol/version.js';
import { scimBase, type ScimClient } from '../scim-client.types.js';
import { ScimUserArrival } from './scim-user-arrival.service.js';
import { ScimUserChanges } from './scim-user-changes.service.js';
import { ScimUserReader } from './scim-user-reader.service.js';
import type { ScimUser } from './scim-user.types.js';
import { userResource, wishIn, wishOfPatch } from './user-resource.js';
import { userType } from './user-schema.js';

/** `/Users` of RFC 7644, whichever way a request has come. */
@Injectable()
export class ScimUserService implements ResourceEndpoint {
  readonly type = userType;
  private readonly base: string;

  constructor(
    private readonly database: Database,
    private readonly reader: ScimUserReader,
    private readonly arrival: ScimUserArrival,
    private readonly changes: ScimUserChanges,
    config: Config,
  ) {
    this.base = scimBase(config);
  }

  /** @throws NOT_FOUND */
  async get({ organizationId }: ScimClient, id: string): Promise<Document> {
    return this.resourceOf(organizationId, await this.reader.get(organizationId, id));
  }

  /** @throws VALIDATION_FAILED with `scimType` invalidFilter or invalidCursor */
  async list({ organizationId }: ScimClient, query: ListQuery): Promise<Found> {
    const { filter } = query;
    const { items, ...found } = await pageOf(query, {
      count: () => this.reader.count(organizationId, filter),
      list: (page) => this.reader.list(organizationId, { filter, ...page }),
    });
    const groups = isWanted(userType, 'groups', query)
      ? await this.reader.groupsOf(
          organizationId,
          items.map(({ id }) => id),
        )
      : new Map<string, never[]>();
    const resources = items.map((user) => userResource(user, groups.get(user.id) ?? [], this.base));
    return { ...found, resources: resources.map((resource) => projected(userType, resource, query)) };
  }

  /** @throws as `ScimUserArrival.receive`; VALIDATION_FAILED with `scimType` */
  async create(client: ScimClient, body: unknown): Promise<Document> {
    const wish = wishIn(readDocument(userType, body));
    const id = await this.database.transaction((tx) => this.arrival.receive(tx, client, wish));
    return this.get(client, id);
  }

  /** PUT: what is left out is unset, but `active` and `roles`. @throws as `ScimUserChanges.change` */
  async replace(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void> {
    const wish = wishIn(readDocument(userType, body));
    await this.changes.change(client, id, async (user) => {
      await this.refuseOther(client, user, ifMatch);
      return wish;
    });
  }

  /** @throws as `ScimUserChanges.change`; VALIDATION_FAILED with `scimType` */
  async patch(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void> {
    await this.changes.change(client, id, async (user) => {
      await this.refuseOther(client, user, ifMatch);
      return wishOfPatch(user, body);
    });
  }

  /** @throws NOT_FOUND; LAST_OWNER; PRECONDITION_FAILED for another version */
  async remove(client: ScimClient, id: string, ifMatch?: string): Promise<void> {
    await this.changes.remove(client, id, (user) => this.refuseOther(client, user, ifMatch));
  }

  private async refuseOther(
    { organizationId }: ScimClient,
    user: ScimUser,
    ifMatch: string | undefined,
  ): Promise<void> {
    if (ifMatch !== undefined) refuseOtherVersion(await this.resourceOf(organizationId, user), ifMatch);
  }

  private async resourceOf(organizationId: string, user: ScimUser): Promise<Document> {
    const groups = await this.reader.groupsOf(organizationId, [user.id]);
    return userResource(user, groups.get(user.id) ?? [], this.base);
  }
}
