import { Injectable } from '@nestjs/common';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { builtInRoles, type BuiltInRole, type Permission } from '../../policy/permissions.js';
import { permissionsOf } from '../../policy/roles.js';
import { ProjectRoleService } from '../../projects/project-role.service.js';
import type { ProjectRoleSource } from '../../projects/project.types.js';
import { UserService } from '../../users/user.service.js';
import { ApiKeyService } from '../api-key.service.js';
import type { ApiKey } from '../api-key.types.js';

interface Holder {
  readonly userId: string;
  readonly role: BuiltInRole;
  readonly via: ProjectRoleSource | 'INSTANCE';
}

/** Who may do something: the same question as an explanation's, asked of everybody at once. */
@Injectable()
export class AccessHolderService {
  constructor(
    private readonly projectRoles: ProjectRoleService,
    private readonly users: UserService,
    private readonly apiKeys: ApiKeyService,
  ) {}

  async members(scope: Scope, permission: Permission, request: PageRequest): Promise<Connection<Holder>> {
    const level = scope.projectId === null ? 'organization' : 'project';
    const roles = builtInRoles.filter((role) => permissionsOf(role, level).has(permission));
    const members = await this.projectRoles.listWithRole(scope, roles, request);
    const people = await this.users.listByIds(members.nodes.map(({ userId }) => userId));
    const administrators = new Set(people.filter((user) => user.isInstanceAdministrator).map(({ id }) => id));
    return mapNodes(members, ({ userId, role, source }) => ({
      userId,
      role,
      via: administrators.has(userId) ? 'INSTANCE' : source,
    }));
  }

  async keys(actor: Actor, scope: Scope, permission: Permission, request: PageRequest): Promise<Connection<ApiKey>> {
    const held = await actor.permissionsIn({ ...scope, projectId: null });
    const reach = held.has('organizationKeys.read') ? 'all' : 'ownOfProject';
    return this.apiKeys.listHolding(scope, permission, reach, request);
  }
}
