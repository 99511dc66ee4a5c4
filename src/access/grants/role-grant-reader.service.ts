import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
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

interface Wanted extends Scope {
  readonly userId: string | null;
  readonly groupId: string | null;
  readonly now: Date;
}

/** Reads what was granted. What has ended is not there, whether or not its row is. */
@Injectable()
export class RoleGrantReader implements ScopeLocator {
  private readonly wanted: NestedList<Wanted, RoleGrantEntity>;

  constructor(
    private readonly database: Database,
    private readonly roles: RoleCatalogue,
    private readonly clock: Clock,
  ) {
    this.wanted = new NestedList(database, {
      rows: RoleGrantEntity,
      as: 'role_grant',
      parent: { organizationId: 'text', projectId: 'text', userId: 'text', groupId: 'text', now: 'timestamptz' },
      where: `role_grant.organization_id = parent."organizationId"
        and (role_grant.expires_at is null or role_grant.expires_at > parent.now)
        and (parent."projectId" is null or role_grant.project_id = parent."projectId")
        and (parent."userId" is null or role_grant.user_id = parent."userId")
        and (parent."groupId" is null or role_grant.group_id = parent."groupId")`,
      order: { column: 'role_grant.id', of: (row) => row.id },
    });
  }

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
    const { userId = null, groupId = null } = holder;
    const wanted = { organizationId, projectId, userId, groupId, now: this.clock.now() };
    const rows = await this.wanted.page(wanted, request);
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
