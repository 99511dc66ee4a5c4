import { Injectable } from '@nestjs/common';
import { MemberService } from '../../organizations/members/member.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Scope } from '../../policy/actor.js';
import { builtInRoles, countsAt, type BuiltInRole, type Permission } from '../../policy/permissions.js';
import { permissionsOf } from '../../policy/roles.js';
import { UserService } from '../../users/user.service.js';
import { countingIn, grantHolding, nameOfRole, type Counting } from './counting.js';
import { StandingService } from './standing.service.js';

export const holdingVias = ['ORGANIZATION', 'PROJECT', 'GRANT', 'GROUP', 'INSTANCE'] as const;

/** A member who holds a permission, and by what. */
export interface PermissionHolder {
  readonly userId: string;
  /** The role of their membership, or the one that is set in the project. */
  readonly role: BuiltInRole;
  readonly via: (typeof holdingVias)[number];
  /** The name of the role that gives it: `role` itself, or what they have beside it. */
  readonly roleName: string;
  /** The group by which they have it. */
  readonly group: string | null;
}

/**
 * The rules of `countingIn`, for the database: what is set in a project replaces what was given in the organization, and NONE
 * hides it. Where `projectId` is null no row of a project is found.
 */
const holds = `exists (
  select from users u
  left join project_roles p on p.project_id = :projectId and p.user_id = u.id
  where u.id = membership.user_id and u.deactivated_at is null and (
    u.instance_administrator
    or coalesce(p.role, membership.role) = any(:roles)
    or p.role is distinct from 'NONE' and exists (
      select from role_grants g left join roles r on r.id = g.role_id
      where g.organization_id = membership.organization_id
        and (g.project_id = :projectId or g.project_id is null and p.role is null)
        and (g.expires_at is null or g.expires_at > :now)
        and (g.built_in_role = any(:roles) or :counts and :permission = any(r.permissions))
        and (g.user_id = u.id or g.group_id in (
          select group_id from group_members gm where gm.organization_id = g.organization_id and gm.user_id = u.id
        ))
    )
  ))`;

/** Who may do something: an explanation's question, asked of all members at once. */
@Injectable()
export class PermissionHolders {
  constructor(
    private readonly members: MemberService,
    private readonly standings: StandingService,
    private readonly users: UserService,
    private readonly clock: Clock,
  ) {}

  /** The active members who hold a permission in a scope, with those who administer the instance. A few statements for any page. */
  async list(scope: Scope, permission: Permission, request: PageRequest): Promise<Connection<PermissionHolder>> {
    const { organizationId, projectId } = scope;
    const level = projectId === null ? 'organization' : 'project';
    const roles = builtInRoles.filter((role) => permissionsOf(role, level).has(permission));
    const counts = countsAt(permission, level);
    const parameters = { projectId, roles, counts, permission, now: this.clock.now() };
    const members = await this.members.list(organizationId, request, { sql: holds, parameters });

    const ids = members.nodes.map(({ userId }) => userId);
    const [standings, people] = await Promise.all([this.standings.listIn(scope, ids), this.users.listByIds(ids)]);
    const administrators = new Set(people.filter((user) => user.isInstanceAdministrator).map(({ id }) => id));
    return mapNodes(members, ({ userId, role }) => {
      const standing = standings.get(userId);
      const counting = standing && countingIn(scope, standing);
      const by = counting ? sourceOf(counting, permission) : roleAlone(role, 'ORGANIZATION');
      return administrators.has(userId) ? { ...by, userId, via: 'INSTANCE' } : { ...by, userId };
    });
  }
}

const roleAlone = (role: BuiltInRole, via: 'ORGANIZATION' | 'PROJECT') => ({ role, via, roleName: role, group: null });

function sourceOf(counting: Counting, permission: Permission): Omit<PermissionHolder, 'userId'> {
  const { base, baseOf } = counting;
  const grant = grantHolding(counting, permission);
  if (!grant) return roleAlone(base, baseOf);
  const group = grant.group?.name ?? null;
  return { role: base, via: group === null ? 'GRANT' : 'GROUP', roleName: nameOfRole(grant.role), group };
}
