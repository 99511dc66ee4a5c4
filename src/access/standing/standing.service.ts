import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Scope } from '../../policy/actor.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { GrantableRole, Standing, StandingGrant } from './standing.types.js';

interface StandingRow {
  readonly userId: string;
  readonly organizationRole: BuiltInRole;
  readonly projectRoles: Readonly<Record<string, BuiltInRole>> | null;
  readonly grants: readonly GrantRow[] | null;
}

/** As JSON has it. */
interface GrantRow {
  readonly id: string;
  readonly projectId: string | null;
  readonly builtIn: GrantableRole | null;
  readonly roleId: string | null;
  readonly roleName: string | null;
  readonly permissions: readonly string[] | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
  readonly expiresAt: string | null;
}

/**
 * `$1` the organization, `$2` the members, `$3` a project, `$4` all projects, `$5` now. A grant that has ended counts for
 * nothing, whether or not its row is there still.
 */
const standings = `
  select m.user_id as "userId", m.role as "organizationRole", own.roles as "projectRoles", given.grants
  from memberships m
  left join lateral (
    select json_object_agg(p.project_id, p.role) as roles from project_roles p
    where p.organization_id = m.organization_id and p.user_id = m.user_id and (p.project_id = $3 or $4)
  ) own on true
  left join lateral (
    select json_agg(json_build_object(
      'id', g.id, 'projectId', g.project_id, 'builtIn', g.built_in_role,
      'roleId', r.id, 'roleName', r.name, 'permissions', r.permissions,
      'groupId', gr.id, 'groupName', gr.name, 'expiresAt', g.expires_at
    ) order by g.created_at, g.id) as grants
    from role_grants g
    left join roles r on r.id = g.role_id
    left join groups gr on gr.id = g.group_id
    where g.organization_id = m.organization_id
      and (g.user_id = m.user_id or g.group_id in (
        select group_id from group_members gm where gm.organization_id = m.organization_id and gm.user_id = m.user_id
      ))
      and (g.project_id is null or g.project_id = $3 or $4)
      and (g.expires_at is null or g.expires_at > $5)
  ) given on true
  where m.organization_id = $1 and m.user_id = any($2)`;

/** Reads what decides what members may do: their roles, and what they and their groups were granted. One statement for any number. */
@Injectable()
export class StandingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** As far as it counts in one scope; null: not a member. */
  async in({ organizationId, projectId }: Scope, userId: string): Promise<Standing | null> {
    return (await this.listIn({ organizationId, projectId }, [userId])).get(userId) ?? null;
  }

  /** By user; who is no member is missing. */
  listIn({ organizationId, projectId }: Scope, userIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return this.read(organizationId, userIds, projectId, false);
  }

  /** In the organization and all its projects, by user; who is no member is missing. */
  listThroughout(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return this.read(organizationId, userIds, null, true);
  }

  private async read(
    organizationId: string,
    userIds: readonly string[],
    projectId: string | null,
    inAllProjects: boolean,
  ): Promise<ReadonlyMap<string, Standing>> {
    const parameters = [organizationId, userIds, projectId, inAllProjects, this.clock.now()];
    const rows = await this.database.rows<StandingRow>(standings, parameters);
    return new Map(rows.map((row) => [row.userId, standingOf(row)]));
  }
}

function standingOf({ organizationRole, projectRoles, grants }: StandingRow): Standing {
  return {
    organizationRole,
    projectRoles: new Map(Object.entries(projectRoles ?? {})),
    grants: (grants ?? []).map(grantOf),
  };
}

function grantOf(row: GrantRow): StandingGrant {
  const { id, projectId, builtIn, roleId, roleName, permissions, groupId, groupName, expiresAt } = row;
  return {
    id,
    projectId,
    role:
      builtIn === null
        ? { kind: 'custom', id: roleId ?? '', name: roleName ?? '', permissions: permissions ?? [] }
        : { kind: 'builtIn', role: builtIn },
    group: groupId === null ? null : { id: groupId, name: groupName ?? '' },
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  };
}
