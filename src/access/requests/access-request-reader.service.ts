import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { mapNodes, page, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { RoleCatalogue } from '../roles/role-catalogue.service.js';
import { expiredBy, isInState, stateOf } from './access-request-state.js';
import { AccessRequestEntity } from './access-request.entity.js';
import type { AccessRequest, AccessRequestState } from './access-request.types.js';

/** Reads what was asked for, newest first. */
@Injectable()
export class AccessRequestReader implements ScopeLocator {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleCatalogue,
    private readonly clock: Clock,
  ) {}

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(AccessRequestEntity, { id });
    return row && { organizationId: row.organizationId, projectId: row.projectId };
  }

  /** The requests in an organization with those in its projects, or those in one project. */
  listIn(
    { organizationId, projectId }: Scope,
    request: PageRequest,
    state: AccessRequestState | null = null,
  ): Promise<Connection<AccessRequest>> {
    const query = this.query().where('request.organization_id = :organizationId', { organizationId });
    if (projectId !== null) query.andWhere('request.project_id = :projectId', { projectId });
    if (state !== null) query.andWhere(isInState, { state, expired: expiredBy(this.clock.now()) });
    return this.page(query, request);
  }

  /** What one person has asked for, in all their organizations. */
  listOf(userId: string, request: PageRequest): Promise<Connection<AccessRequest>> {
    return this.page(this.query().where('request.user_id = :userId', { userId }), request);
  }

  async withRole(row: AccessRequestEntity): Promise<AccessRequest> {
    return (await this.withRoles([row]))(row);
  }

  private query(): SelectQueryBuilder<AccessRequestEntity> {
    return this.database.reader.createQueryBuilder(AccessRequestEntity, 'request');
  }

  private async page(
    query: SelectQueryBuilder<AccessRequestEntity>,
    request: PageRequest,
  ): Promise<Connection<AccessRequest>> {
    const order = { column: 'request.id', of: (row: AccessRequestEntity) => row.id, direction: 'DESC' } as const;
    const rows = await page(query, request, order, (row) => row);
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
