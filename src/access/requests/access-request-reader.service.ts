import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import {
  mapNodes,
  page,
  type Connection,
  type PageOrder,
  type PageRequest,
} from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { RoleCatalogue } from '../roles/role-catalogue.service.js';
import { expiredBy, isInState, stateOf } from './access-request-state.js';
import { AccessRequestEntity } from './access-request.entity.js';
import type { AccessRequest, AccessRequestState } from './access-request.types.js';

const newestFirst: PageOrder<AccessRequestEntity> = { column: 'request.id', of: (row) => row.id, direction: 'DESC' };

interface Wanted extends Scope {
  /** Null: in any. */
  readonly state: AccessRequestState | null;
  readonly expired: Date;
}

/** Reads what was asked for, newest first. */
@Injectable()
export class AccessRequestReader implements ScopeLocator {
  private readonly wanted: NestedList<Wanted, AccessRequestEntity>;

  constructor(
    private readonly database: Database,
    private readonly roles: RoleCatalogue,
    private readonly clock: Clock,
  ) {
    this.wanted = new NestedList(database, {
      rows: AccessRequestEntity,
      as: 'request',
      parent: { organizationId: 'text', projectId: 'text', state: 'text', expired: 'timestamptz' },
      where: `request.organization_id = parent."organizationId"
        and (parent."projectId" is null or request.project_id = parent."projectId")
        and (parent.state is null or ${isInState})`,
      order: newestFirst,
    });
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(AccessRequestEntity, { id });
    return row && { organizationId: row.organizationId, projectId: row.projectId };
  }

  /** The requests in an organization with those in its projects, or those in one project. */
  async listIn(
    { organizationId, projectId }: Scope,
    request: PageRequest,
    state: AccessRequestState | null = null,
  ): Promise<Connection<AccessRequest>> {
    const wanted = { organizationId, projectId, state, expired: expiredBy(this.clock.now()) };
    return this.told(await this.wanted.page(wanted, request));
  }

  /** What one person has asked for, in all their organizations. */
  async listOf(userId: string, request: PageRequest): Promise<Connection<AccessRequest>> {
    const query = this.database.reader
      .createQueryBuilder(AccessRequestEntity, 'request')
      .where('request.user_id = :userId', { userId });
    return this.told(await page(query, request, newestFirst, (row) => row));
  }

  async withRole(row: AccessRequestEntity): Promise<AccessRequest> {
    return (await this.withRoles([row]))(row);
  }

  private async told(rows: Connection<AccessRequestEntity>): Promise<Connection<AccessRequest>> {
    return mapNodes(rows, await this.withRoles(rows.nodes));
  }

  private async withRoles(rows: readonly AccessRequestEntity[]): Promise<(row: AccessRequestEntity) => AccessRequest> {
    const roleOf = await this.roles.rolesOf(rows);
    const now = this.clock.now();
    return ({ builtInRole, roleId, ...row }) => ({
      ...row,
      role: roleOf({ builtInRole, roleId }),
      state: stateOf(row, now),
    });
  }
}
