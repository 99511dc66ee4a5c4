import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { readDocument, type Document } from '../protocol/document.js';
import type { ListQuery } from '../protocol/list-query.js';
import type { Found } from '../protocol/list-response.js';
import { pageOf } from '../protocol/page.js';
import { applyPatch } from '../protocol/patch.js';
import type { ResourceEndpoint } from '../protocol/resource-endpoint.types.js';
import { isWanted, projected, type Wanted } from '../protocol/projection.js';
import { refuseOtherVersion } from '../protocol/version.js';
import { scimBase, type ScimClient } from '../scim-client.types.js';
import { groupDocument, groupResource, groupWishIn } from './group-resource.js';
import { groupType } from './group-schema.js';
import { ScimGroupChanges } from './scim-group-changes.service.js';
import { ScimGroupReader } from './scim-group-reader.service.js';
import type { ScimGroup } from './scim-group.types.js';

/** `/Groups` of RFC 7644, whichever way a request has come. */
@Injectable()
export class ScimGroupService implements ResourceEndpoint {
  readonly type = groupType;
  private readonly base: string;

  constructor(
    private readonly reader: ScimGroupReader,
    private readonly changes: ScimGroupChanges,
    config: Config,
  ) {
    this.base = scimBase(config);
  }

  /** @throws NOT_FOUND */
  async get({ organizationId }: ScimClient, id: string, wanted: Wanted): Promise<Document> {
    const [resource] = await this.resourcesOf([await this.reader.get(organizationId, id)], wanted);
    if (!resource) throw new Error('A group that was found has no resource');
    return resource;
  }

  /** @throws VALIDATION_FAILED with `scimType` invalidFilter or invalidCursor */
  async list({ organizationId }: ScimClient, query: ListQuery): Promise<Found> {
    const { filter } = query;
    const { items, ...found } = await pageOf(query, {
      count: () => this.reader.count(organizationId, filter),
      list: (page) => this.reader.list(organizationId, filter, page),
    });
    const resources = await this.resourcesOf(items, query);
    return { ...found, resources: resources.map((resource) => projected(groupType, resource, query)) };
  }

  /** @throws as `ScimGroupChanges.create`; VALIDATION_FAILED with `scimType` */
  async create(client: ScimClient, body: unknown, wanted: Wanted): Promise<Document> {
    return this.get(client, await this.changes.create(client, groupWishIn(readDocument(groupType, body))), wanted);
  }

  /** PUT: what is left out is unset, and nobody is in it who is not named. @throws as `ScimGroupChanges.change` */
  async replace(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void> {
    const wish = groupWishIn(readDocument(groupType, body));
    await this.changes.change(client, id, ({ group }) => {
      this.refuseOther(group, ifMatch);
      return wish;
    });
  }

  /** @throws as `ScimGroupChanges.change`; VALIDATION_FAILED with `scimType` */
  async patch(client: ScimClient, id: string, body: unknown, ifMatch?: string): Promise<void> {
    await this.changes.change(client, id, ({ group, memberIds }) => {
      this.refuseOther(group, ifMatch);
      return groupWishIn(applyPatch(groupType, groupDocument(group, memberIds), body));
    });
  }

  /** Takes its roles from its members. @throws NOT_FOUND; CANNOT_GRANT; PRECONDITION_FAILED for another version */
  async remove(client: ScimClient, id: string, ifMatch?: string): Promise<void> {
    await this.changes.remove(client, id, (group) => this.refuseOther(group, ifMatch));
  }

  private refuseOther(group: ScimGroup, ifMatch: string | undefined): void {
    refuseOtherVersion(groupResource(group, null, this.base), ifMatch);
  }

  /** Members are read where somebody wants them: a group may have thousands. */
  private async resourcesOf(groups: readonly ScimGroup[], wanted: Wanted): Promise<Document[]> {
    if (!isWanted(groupType, 'members', wanted)) return groups.map((group) => groupResource(group, null, this.base));
    const members = await this.reader.membersOf(groups.map(({ id }) => id));
    return groups.map((group) => groupResource(group, members.get(group.id) ?? [], this.base));
  }
}
