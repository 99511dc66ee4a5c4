import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Requires } from '../policy/requires.decorator.js';
import type { Document } from './protocol/document.js';
import { readListQuery, readSearchRequest } from './protocol/list-query.js';
import { listResponse } from './protocol/list-response.js';
import { projected, type Wanted } from './protocol/projection.js';
import type { ResourceEndpoint } from './protocol/resource-endpoint.types.js';
import { sendScim } from './protocol/send-scim.js';
import { isKnown, locationIn, versionIn } from './protocol/version.js';
import { CurrentScimClient } from './scim-client.decorator.js';
import type { ScimClient } from './scim-client.types.js';
import { ScimEndpoints } from './scim-endpoints.service.js';

type QueryString = Readonly<Record<string, unknown>>;

/** `/Users` and `/Groups` (RFC 7644, 3.2 to 3.6 and 3.14). */
@Controller('api/scim/v2')
@Requires('scimToken')
export class ScimResourcesController {
  constructor(private readonly endpoints: ScimEndpoints) {}

  @Get(':endpoint')
  async list(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ): Promise<void> {
    const asked = readListQuery(query);
    sendScim(response, 200, listResponse(await this.endpoints.named(name).list(client, asked), asked));
  }

  @Post(':endpoint/.search')
  @HttpCode(200)
  async search(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const asked = readSearchRequest(body);
    sendScim(response, 200, listResponse(await this.endpoints.named(name).list(client, asked), asked));
  }

  @Get(':endpoint/:id')
  async get(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const endpoint = this.endpoints.named(name);
    const wanted = readListQuery(query);
    const resource = await endpoint.get(client, id, wanted);
    if (isKnown(resource, request.get('if-none-match')))
      response.status(304).setHeader('ETag', versionIn(resource)).end();
    else answer(response, 200, endpoint, resource, wanted);
  }

  @Post(':endpoint')
  async create(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Query() query: QueryString,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const endpoint = this.endpoints.named(name);
    const wanted = readListQuery(query);
    answer(response, 201, endpoint, await endpoint.create(client, body, wanted), wanted);
  }

  @Put(':endpoint/:id')
  async replace(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Body() body: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const endpoint = this.endpoints.named(name);
    const wanted = readListQuery(query);
    await endpoint.replace(client, id, body, request.get('if-match'));
    answer(response, 200, endpoint, await endpoint.get(client, id, wanted), wanted);
  }

  /** A group is not told back unless attributes of it are asked for: it may have thousands of members (RFC 7644, 3.5.2). */
  @Patch(':endpoint/:id')
  async patch(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Body() body: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const endpoint = this.endpoints.named(name);
    const wanted = readListQuery(query);
    await endpoint.patch(client, id, body, request.get('if-match'));
    if (endpoint.type.name === 'Group' && wanted.attributes.length === 0) response.status(204).end();
    else answer(response, 200, endpoint, await endpoint.get(client, id, wanted), wanted);
  }

  @Delete(':endpoint/:id')
  @HttpCode(204)
  async remove(
    @CurrentScimClient() client: ScimClient,
    @Param('endpoint') name: string,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<void> {
    await this.endpoints.named(name).remove(client, id, request.get('if-match'));
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
