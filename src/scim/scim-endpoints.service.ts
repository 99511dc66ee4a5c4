import { Injectable } from '@nestjs/common';
import { AppError } from '../platform/errors/app-error.js';
import { ScimGroupService } from './groups/scim-group.service.js';
import type { ResourceEndpoint } from './protocol/resource-endpoint.types.js';
import { ScimUserService } from './users/scim-user.service.js';

/** The types of resources that there are. */
@Injectable()
export class ScimEndpoints {
  private readonly endpoints: readonly ResourceEndpoint[];

  constructor(users: ScimUserService, groups: ScimGroupService) {
    this.endpoints = [users, groups];
  }

  /** @param name as it stands in an address: `Users`. @throws NOT_FOUND */
  named(name: string): ResourceEndpoint {
    const wanted = `/${name}`.toLowerCase();
    const found = this.endpoints.find(({ type }) => type.endpoint.toLowerCase() === wanted);
    if (!found) throw new AppError('NOT_FOUND');
    return found;
  }
}
