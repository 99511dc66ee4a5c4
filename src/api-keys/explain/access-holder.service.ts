import { Injectable } from '@nestjs/common';
import { PermissionHolders, type PermissionHolder } from '../../access/standing/permission-holders.service.js';
import type { Connection, PageRequest } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import { ApiKeyService } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';

/** Who may do something: the same question as an explanation's, asked of everybody at once. */
@Injectable()
export class AccessHolderService {
  constructor(
    private readonly holders: PermissionHolders,
    private readonly apiKeys: ApiKeyService,
  ) {}

  members(scope: Scope, permission: Permission, request: PageRequest): Promise<Connection<PermissionHolder>> {
    return this.holders.list(scope, permission, request);
  }

  async keys(actor: Actor, scope: Scope, permission: Permission, request: PageRequest): Promise<Connection<ApiKey>> {
    const held = await actor.permissionsIn({ ...scope, projectId: null });
    const reach = held.has('organizationKeys.read') ? 'all' : 'ownOfProject';
    return this.apiKeys.listHolding(scope, permission, reach, request);
  }
}
