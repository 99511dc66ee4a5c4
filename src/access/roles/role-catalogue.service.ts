import { Injectable } from '@nestjs/common';
import { builtInRoles, type BuiltInRole } from '../../policy/permissions.js';
import { permissionsOfRole } from '../standing/counting.js';
import type { GivenRole } from '../standing/standing.types.js';
import { RoleService } from './role.service.js';
import type { Role, RoleDefinition } from './role.types.js';

/** All roles that an organization can give: the built-in ones, and its own. */
@Injectable()
export class RoleCatalogue {
  constructor(private readonly roles: RoleService) {}

  /** The built-in ones first, strongest first; then the organization's own by name. */
  async list(organizationId: string): Promise<RoleDefinition[]> {
    const own = await this.roles.list(organizationId);
    return [...builtInRoles.toReversed().map(builtIn), ...own.map(custom)];
  }

  /** Null: the organization has no such role. */
  async find(organizationId: string, id: string): Promise<GivenRole | null> {
    const role = builtInRoles.find((name) => name === id);
    if (role) return { kind: 'builtIn', role };
    const own = await this.roles.find(organizationId, id);
    return own && { kind: 'custom', ...own };
  }
}

export function definitionOfRole(role: GivenRole, description: string | null = null): RoleDefinition {
  const builtInRole = role.kind === 'builtIn' ? role.role : null;
  return {
    id: role.kind === 'builtIn' ? role.role : role.id,
    name: role.kind === 'builtIn' ? role.role : role.name,
    description,
    builtIn: builtInRole,
    organizationPermissions: [...permissionsOfRole(role, 'organization')],
    projectPermissions: [...permissionsOfRole(role, 'project')],
  };
}

const descriptions: Readonly<Record<BuiltInRole, string>> = {
  OWNER: 'Everything, with deletion, billing and keys of the organization.',
  ADMIN: 'Manages projects, members, keys, domains and single sign-on; reads the audit trail.',
  MEMBER: 'Works in projects; sees members and keys.',
  VIEWER: 'Reads.',
  NONE: 'Nothing. In a project: hides it.',
};

const builtIn = (role: BuiltInRole): RoleDefinition => definitionOfRole({ kind: 'builtIn', role }, descriptions[role]);
const custom = (role: Role): RoleDefinition => definitionOfRole({ kind: 'custom', ...role }, role.description);
