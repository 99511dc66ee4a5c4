import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { invitationAccepted } from '../organizations/invitations/invitation.service.js';
import { MemberService } from '../organizations/members/member.service.js';
import { standingChanged } from '../organizations/members/standing-changed.types.js';
import { Clock } from '../platform/clock/clock.js';
import { BatchedReads } from '../platform/database/batched-reads.js';
import { Database, type Tx } from '../platform/database/database.js';
import { TenantRepository } from '../platform/database/tenant-repository.js';
import { AppError } from '../platform/errors/app-error.js';
import { DomainEvents } from '../platform/events/domain-events.js';
import { mapNodes, type Connection, type PageRequest } from '../platform/graphql/connection.js';
import type { Actor } from '../policy/actor.js';
import { refuseAbove, refuseRoleBeyond } from '../policy/granting.js';
import type { BuiltInRole } from '../policy/permissions.js';
import { projectRoleCleared, projectRoleSet } from './project-role.events.js';
import { ProjectRoleEntity } from './project-role.entity.js';
import type { ProjectMember, ProjectScope } from './project.types.js';

const ownRoles = `
  select own.role from unnest($1::text[], $2::text[], $3::text[])
    with ordinality as asked(organization_id, project_id, user_id, place)
  left join project_roles own on own.organization_id = asked.organization_id
    and own.project_id = asked.project_id and own.user_id = asked.user_id
  order by asked.place`;

/** A member's role in a project, which replaces the one that they have in the organization, up or down. */
@Injectable()
export class ProjectRoleService implements OnModuleInit {
  private readonly own: BatchedReads<ProjectScope & { readonly userId: string }, BuiltInRole | null>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly clock: Clock,
  ) {
    this.own = new BatchedReads(database, readOwn);
  }

  /** An invitation gives the role that it offers in a project. One that was set there meanwhile stays, as a membership does. */
  onModuleInit(): void {
    this.events.on(invitationAccepted, async (tx, { actor, organizationId, userId, projectId, projectRole }) => {
      if (projectId === null || projectRole === null) return;
      const scope = { organizationId, projectId };
      const before = await this.lock(tx, scope, userId);
      if (before.source === 'ORGANIZATION') await this.write(tx, actor, scope, before, projectRole);
    });
  }

  /** Null: the organization's role counts. */
  async roleOf({ organizationId, projectId }: ProjectScope, userId: string): Promise<BuiltInRole | null> {
    const row = await this.rolesIn(organizationId).findOne({ projectId, userId });
    return row?.role ?? null;
  }

  /** By user: the roles that members have in a project of their own. */
  async allIn({ organizationId, projectId }: ProjectScope): Promise<Record<string, BuiltInRole>> {
    const rows = await this.rolesIn(organizationId).find({ projectId });
    return Object.fromEntries(rows.map(({ userId, role }) => [userId, role]));
  }

  /** Every member of the organization, with the role that counts in the project. */
  async listMembers(
    { organizationId, projectId }: ProjectScope,
    request: PageRequest,
  ): Promise<Connection<ProjectMember>> {
    const members = await this.members.list(organizationId, request);
    const ids = members.nodes.map(({ userId }) => userId);
    const own = await Promise.all(ids.map((userId) => this.own.load({ organizationId, projectId, userId })));
    const roles = new Map(ids.map((userId, place) => [userId, own[place] ?? null]));
    return mapNodes(members, ({ userId, role }) => standing(userId, role, roles.get(userId) ?? null));
  }

  /**
   * @throws CANNOT_GRANT for a role beyond the actor's own in the project, or for changing somebody above them there;
   *   NOT_FOUND when the user is no member of the organization
   */
  async set(actor: Actor, scope: ProjectScope, userId: string, role: BuiltInRole): Promise<ProjectMember> {
    await refuseRoleBeyond(actor, scope, role);
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, scope, userId);
      await refuseAbove(actor, scope, before.role);
      return this.write(tx, actor, scope, before, role);
    });
  }

  /**
   * Lets the organization's role count again.
   * @throws CANNOT_GRANT where that role is beyond the actor's own in the project, or the member stands above them there;
   *   NOT_FOUND when the user is no member of the organization
   */
  async clear(actor: Actor, scope: ProjectScope, userId: string): Promise<ProjectMember> {
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, scope, userId);
      const after: ProjectMember = {
        userId,
        role: await this.organizationRoleOf(scope, userId),
        source: 'ORGANIZATION',
      };
      await refuseAbove(actor, scope, before.role);
      await refuseRoleBeyond(actor, scope, after.role);
      if (before.source === 'ORGANIZATION') return before;
      await tx.delete(ProjectRoleEntity, { ...scope, userId });
      await this.audit.record(tx, actor, projectRoleCleared, { scope, before, after });
      await this.tell(tx, actor, scope, userId);
      return after;
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    scope: ProjectScope,
    before: ProjectMember,
    role: BuiltInRole,
  ): Promise<ProjectMember> {
    const after: ProjectMember = { userId: before.userId, role, source: 'PROJECT' };
    if (before.source === 'PROJECT' && before.role === role) return before;
    const row = { ...scope, userId: before.userId, role, createdAt: this.clock.now() };
    await tx.upsert(ProjectRoleEntity, row, ['projectId', 'userId']);
    await this.audit.record(tx, actor, projectRoleSet, { scope, before, after });
    await this.tell(tx, actor, scope, after.userId);
    return after;
  }

  private tell(tx: Tx, actor: Actor, { organizationId }: ProjectScope, userId: string): Promise<void> {
    return this.events.publish(tx, standingChanged, { organizationId, userIds: [userId], actor });
  }

  /** Takes its turn among the changes to memberships, so that nobody is removed meanwhile and `before` is what was there. */
  private async lock(tx: Tx, scope: ProjectScope, userId: string): Promise<ProjectMember> {
    await this.members.takeTurns(tx, scope.organizationId);
    return standing(userId, await this.organizationRoleOf(scope, userId), await this.roleOf(scope, userId));
  }

  private async organizationRoleOf({ organizationId }: ProjectScope, userId: string): Promise<BuiltInRole> {
    const role = await this.members.roleOf(organizationId, userId);
    if (role === null) throw new AppError('NOT_FOUND');
    return role;
  }

  private rolesIn(organizationId: string): TenantRepository<ProjectRoleEntity> {
    return new TenantRepository(this.database.reader, ProjectRoleEntity, organizationId);
  }
}

function standing(userId: string, organizationRole: BuiltInRole, projectRole: BuiltInRole | null): ProjectMember {
  if (projectRole === null) return { userId, role: organizationRole, source: 'ORGANIZATION' };
  return { userId, role: projectRole, source: 'PROJECT' };
}

async function readOwn(
  reader: EntityManager,
  asked: readonly (ProjectScope & { readonly userId: string })[],
): Promise<(BuiltInRole | null)[]> {
  const places = (['organizationId', 'projectId', 'userId'] as const).map((name) => asked.map((one) => one[name]));
  return (await reader.query<{ role: BuiltInRole | null }[]>(ownRoles, places)).map(({ role }) => role);
}
