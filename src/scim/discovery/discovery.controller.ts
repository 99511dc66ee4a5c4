import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Requires } from '../../policy/requires.decorator.js';
import { groupType } from '../groups/group-schema.js';
import { sendScim } from '../protocol/send-scim.js';
import { scimBase } from '../scim-client.types.js';
import { userType } from '../users/user-schema.js';
import { describedSchema, describedType } from './described.js';
import { serviceProviderConfig } from './service-provider-config.js';

const types = [userType, groupType];
const schemas = types.flatMap(({ core, extensions }) => [core, ...extensions]);

/** What a directory can learn of the service itself (RFC 7644, section 4). */
@Controller('api/scim/v2')
@Requires('scimToken')
export class ScimDiscoveryController {
  private readonly base: string;

  constructor(config: Config) {
    this.base = scimBase(config);
  }

  @Get('ServiceProviderConfig')
  config(@Res() response: Response): void {
    sendScim(response, 200, serviceProviderConfig(this.base));
  }

  @Get('ResourceTypes')
  types(@Res() response: Response): void {
    sendAll(
      response,
      types.map((type) => describedType(type, this.base)),
    );
  }

  @Get('ResourceTypes/:name')
  type(@Param('name') name: string, @Res() response: Response): void {
    const type = types.find((one) => one.name === name);
    if (!type) throw new AppError('NOT_FOUND');
    sendScim(response, 200, describedType(type, this.base));
  }

  @Get('Schemas')
  schemas(@Res() response: Response): void {
    sendAll(
      response,
      schemas.map((schema) => describedSchema(schema, this.base)),
    );
  }

  @Get('Schemas/:id')
  schema(@Param('id') id: string, @Res() response: Response): void {
    const schema = schemas.find((one) => one.id === id);
    if (!schema) throw new AppError('NOT_FOUND');
    sendScim(response, 200, describedSchema(schema, this.base));
  }
}

/** All at once: there are few. */
function sendAll(response: Response, resources: readonly object[]): void {
  sendScim(response, 200, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    itemsPerPage: resources.length,
    startIndex: 1,
    Resources: resources,
  });
}
