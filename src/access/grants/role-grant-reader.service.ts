import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { mapNodes, page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { RoleCatalogue } from '../roles/role-catalogue.service.js';
import { RoleGrantEntity } from './role-grant.entity.js';
import type { RoleGrant } from './role-grant.types.js';

/** Whose grants to list; all of them unless given. */
interface Holder {
  readonly userId?: string | null | undefined;
  readonly groupId?: string | null | undefined;
}

/** Reads what was granted. What has ended is not there, whether or not its row is. */
@Injectable()
export class RoleGrantReader implements ScopeLocator {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleCatalogue,
    private readonly clock: Clock,
  ) {}

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(RoleGrantEntity, { id });
    return row && { organizationId: row.organizationId, projectId: row.projectId };
  }

  /** The grants of an organization with those of its projects, or those made in one project. */
  async list(
    { organizationId, projectId }: Scope,
    holder: Holder,
    request: PageRequest,
  ): Promise<Connection<RoleGrant>> {
    const query = this.database.reader
      .createQueryBuilder(RoleGrantEntity, 'role_grant')
      .where('role_grant.organization_id = :organizationId', { organizationId })
      .andWhere('(role_grant.expires_at is null or role_grant.expires_at > :now)', { now: this.clock.now() });
    if (projectId !== null) query.andWhere('role_grant.project_id = :projectId', { projectId });
    const { userId = null, groupId = null } = holder;
    if (userId !== null) query.andWhere('role_grant.user_id = :userId', { userId });
    if (groupId !== null) query.andWhere('role_grant.group_id = :groupId', { groupId });
    const order = { column: 'role_grant.id', of: (row: RoleGrantEntity) => row.id };
    const rows = await page(query, request, order, (row) => row);
    const toGrant = await this.withRoles(rows.nodes);
    return mapNodes(rows, toGrant);
  }

  /** What a group has. */
  async listOfGroup(organizationId: string, groupId: string): Promise<RoleGrant[]> {
    const rows = await this.database.reader.findBy(RoleGrantEntity, { organizationId, groupId });
    return rows.map(await this.withRoles(rows));
  }

  async withRole(row: RoleGrantEntity): Promise<RoleGrant> {
    return (await this.withRoles([row]))(row);
  }

  private async withRoles(rows: readonly RoleGrantEntity[]): Promise<(row: RoleGrantEntity) => RoleGrant> {
    const roleOf = await this.roles.rolesOf(rows);
    return ({ builtInRole, roleId, ...row }) => ({ ...row, role: roleOf({ builtInRole, roleId }) });
  }
}
