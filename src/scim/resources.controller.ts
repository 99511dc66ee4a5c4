import { Controller, Delete, Get, Patch, Post, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Requires } from '../policy/requires.decorator.js';
import type { Document } from './protocol/document.js';
import { readListQuery, readSearchRequest, type ListQuery } from './protocol/list-query.js';
import { listResponse } from './protocol/list-response.js';
import { projected, type Wanted } from './protocol/projection.js';
import type { ResourceEndpoint } from './protocol/resource-endpoint.types.js';
import { sendScim } from './protocol/send-scim.js';
import { isKnown, locationIn, versionIn } from './protocol/version.js';
import { CurrentScimCall, type ScimCall } from './scim-call.decorator.js';
import { ScimEndpoints } from './scim-endpoints.service.js';

// Told one by one rather than as a parameter: an address that is not there answers no method, and is 404 for each.
const lists = ['Users', 'Groups'];
const searches = lists.map((list) => `${list}/.search`);
const each = lists.map((list) => `${list}/:id`);

/** `/Users` and `/Groups` (RFC 7644, 3.2 to 3.6 and 3.14). */
@Controller('api/scim/v2')
@Requires('scimToken')
export class ScimResourcesController {
  constructor(private readonly endpoints: ScimEndpoints) {}

  @Get(lists)
  list(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    return this.find(call, readListQuery(call.query), response);
  }

  @Post(searches)
  search(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    return this.find(call, readSearchRequest(call.body), response);
  }

  @Get(each)
  async get(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    const { endpoint, wanted } = this.asked(call);
    const resource = await endpoint.get(call.client, call.id, wanted);
    if (isKnown(resource, call.ifNoneMatch)) response.status(304).setHeader('ETag', versionIn(resource)).end();
    else answer(response, 200, endpoint, resource, wanted);
  }

  @Post(lists)
  async create(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    const { endpoint, wanted } = this.asked(call);
    answer(response, 201, endpoint, await endpoint.create(call.client, call.body, wanted), wanted);
  }

  @Put(each)
  async replace(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    const { endpoint, wanted } = this.asked(call);
    await endpoint.replace(call.client, call.id, call.body, call.ifMatch);
    answer(response, 200, endpoint, await endpoint.get(call.client, call.id, wanted), wanted);
  }

  /** A group is not told back unless attributes of it are asked for: it may have thousands of members (RFC 7644, 3.5.2). */
  @Patch(each)
  async patch(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    const { endpoint, wanted } = this.asked(call);
    await endpoint.patch(call.client, call.id, call.body, call.ifMatch);
    if (endpoint.type.name === 'Group' && wanted.attributes.length === 0) response.status(204).end();
    else answer(response, 200, endpoint, await endpoint.get(call.client, call.id, wanted), wanted);
  }

  @Delete(each)
  async remove(@CurrentScimCall() call: ScimCall, @Res() response: Response): Promise<void> {
    await this.endpoints.named(call.list).remove(call.client, call.id, call.ifMatch);
    response.status(204).end();
  }

  private async find({ client, list }: ScimCall, query: ListQuery, response: Response): Promise<void> {
    sendScim(response, 200, listResponse(await this.endpoints.named(list).list(client, query), query));
  }

  private asked({ list, query }: ScimCall): { endpoint: ResourceEndpoint; wanted: Wanted } {
    return { endpoint: this.endpoints.named(list), wanted: readListQuery(query) };
  }
}

function answer(
  response: Response,
  status: number,
  { type }: ResourceEndpoint,
  resource: Document,
  wanted: Wanted,
): void {
  response.setHeader('ETag', versionIn(resource));
  if (status === 201) response.setHeader('Location', locationIn(resource));
  sendScim(response, status, projected(type, resource, wanted));
}
