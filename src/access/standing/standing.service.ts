import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import type { Scope } from '../../policy/actor.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { GrantableRole, Standing, StandingGrant } from './standing.types.js';

interface StandingRow {
  /** Which question it answers, from 1. */
  readonly place: number;
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

/** Somebody's standing, as far as it counts in a project, in the organization (null), or in that and all its projects. */
interface Question {
  readonly organizationId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly inAllProjects: boolean;
}

/**
 * `$1` the organizations, `$2` the members, `$3` the projects, `$4` whether in all projects, `$5` now. A grant that has
 * ended counts for nothing, whether or not its row is there still.
 */
const standings = `
  select asked.place::int, m.role as "organizationRole", own.roles as "projectRoles", given.grants
  from unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
    with ordinality as asked(organization_id, user_id, project_id, in_all_projects, place)
  join memberships m on m.organization_id = asked.organization_id and m.user_id = asked.user_id
  left join lateral (
    select json_object_agg(p.project_id, p.role) as roles from project_roles p
    where p.organization_id = m.organization_id and p.user_id = m.user_id
      and (p.project_id = asked.project_id or asked.in_all_projects)
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
      and (g.project_id is null or g.project_id = asked.project_id or asked.in_all_projects)
      and (g.expires_at is null or g.expires_at > $5)
  ) given on true`;

/** Reads what decides what members may do: their roles, and what they and their groups were granted. One statement for any number. */
@Injectable()
export class StandingService {
  private readonly standings: BatchedReads<Question, Standing | null>;

  constructor(
    database: Database,
    private readonly clock: Clock,
  ) {
    this.standings = new BatchedReads(database, (reader, asked) => this.read(reader, asked));
  }

  /** As far as it counts in one scope; null: not a member. */
  in({ organizationId, projectId }: Scope, userId: string): Promise<Standing | null> {
    return this.standings.load({ organizationId, userId, projectId, inAllProjects: false });
  }

  /** In the organization and all its projects; null: not a member. */
  throughout(organizationId: string, userId: string): Promise<Standing | null> {
    return this.standings.load({ organizationId, userId, projectId: null, inAllProjects: true });
  }

  /** By user; who is no member is missing. */
  listIn(scope: Scope, userIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return byUser(userIds, (userId) => this.in(scope, userId));
  }

  /** In the organization and all its projects, by user; who is no member is missing. */
  listThroughout(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return byUser(userIds, (userId) => this.throughout(organizationId, userId));
  }

  private async read(reader: EntityManager, asked: readonly Question[]): Promise<(Standing | null)[]> {
    const rows = await reader.query<StandingRow[]>(standings, [
      asked.map(({ organizationId }) => organizationId),
      asked.map(({ userId }) => userId),
      asked.map(({ projectId }) => projectId),
      asked.map(({ inAllProjects }) => inAllProjects),
      this.clock.now(),
    ]);
    const found = new Map(rows.map((row) => [row.place - 1, standingOf(row)]));
    return asked.map((_, place) => found.get(place) ?? null);
  }
}

async function byUser(
  userIds: readonly string[],
  standingOfUser: (userId: string) => Promise<Standing | null>,
): Promise<ReadonlyMap<string, Standing>> {
  const standings = new Map<string, Standing>();
  const read = async (userId: string) => [userId, await standingOfUser(userId)] as const;
  for (const [userId, standing] of await Promise.all(userIds.map(read)))
    if (standing !== null) standings.set(userId, standing);
  return standings;
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
