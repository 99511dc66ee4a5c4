import { Injectable } from '@nestjs/common';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { builtInRoles, type BuiltInRole } from '../../policy/permissions.js';
import { permissionsOfRole } from '../standing/counting.js';
import { isGrantable, type GivenRole, type StoredRole } from '../standing/standing.types.js';
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

  /** One that can be had beside a membership's. @throws NOT_FOUND; VALIDATION_FAILED for OWNER and NONE */
  async getGrantable(organizationId: string, id: string): Promise<GivenRole> {
    const role = await this.find(organizationId, id);
    if (!role) throw new AppError('NOT_FOUND', { detail: 'no such role in the organization' });
    if (role.kind === 'builtIn' && !isGrantable(role.role)) {
      throw invalid(
        'roleId',
        `${role.role} is a membership's alone: \`updateMemberRole\` and \`setProjectRole\` give it.`,
      );
    }
    return role;
  }

  /** What tells the role of each of these rows: the organization's own among them are read at once. */
  async rolesOf(rows: readonly StoredRole[]): Promise<(row: StoredRole) => GivenRole> {
    const ids = rows.flatMap(({ roleId }) => roleId ?? []);
    const own = new Map((await this.roles.listByIds(ids)).map((role) => [role.id, role]));
    return ({ builtInRole, roleId }) => {
      if (builtInRole !== null) return { kind: 'builtIn', role: builtInRole };
      const { id, name, permissions } = own.get(roleId ?? '') ?? { id: roleId ?? '', name: '', permissions: [] };
      return { kind: 'custom', id, name, permissions };
    };
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
