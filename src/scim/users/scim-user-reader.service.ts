import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Filter } from '../protocol/filter.js';
import { conditionOf } from '../protocol/search.js';
import { searchableUsers, usersOfOrganization } from './scim-user-search.js';
import type { GroupOfUser, ScimUser } from './scim-user.types.js';

interface Page {
  readonly filter: Filter | null;
  readonly limit: number;
  readonly offset: number;
  /** Only those behind this id. */
  readonly after?: string;
}

const columns = `
  m.user_id as id, coalesce(s.user_name, u.email) as "userName", s.external_id as "externalId", u.email, u.name,
  u.deactivated_at is null as active, m.role, coalesce(s.profile, '{}') as profile,
  coalesce(s.created_at, m.joined_at) as "createdAt", coalesce(s.updated_at, m.joined_at) as "updatedAt"`;

/**
 * The members that an organization's directory can see: those whose email lies in a domain that the organization has proven.
 * Guests are somebody else's people.
 */
@Injectable()
export class ScimUserReader {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainService,
  ) {}

  /** @throws NOT_FOUND, in the same words for somebody of another organization */
  async get(organizationId: string, id: string): Promise<ScimUser> {
    const [user] = await this.database.rows<ScimUser>(`select ${columns} ${usersOfOrganization} and m.user_id = $3`, [
      organizationId,
      await this.domainsOf(organizationId),
      id,
    ]);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** Oldest first; a filter that can't be asked is refused. @throws invalidFilter */
  async list(organizationId: string, { filter, limit, offset, after = '' }: Page): Promise<ScimUser[]> {
    const { sql, parameters } = await this.asked(organizationId, filter);
    return this.database.rows<ScimUser>(
      `select ${columns} ${sql} and m.user_id > $${parameters.length + 1} order by m.user_id
       limit $${parameters.length + 2} offset $${parameters.length + 3}`,
      [...parameters, after, limit, offset],
    );
  }

  async count(organizationId: string, filter: Filter | null): Promise<number> {
    const { sql, parameters } = await this.asked(organizationId, filter);
    const [row] = await this.database.rows<{ total: number }>(`select count(*)::integer as total ${sql}`, parameters);
    return row?.total ?? 0;
  }

  /** The directory's groups of each, by the person's id; who is in none is missing. */
  async groupsOf(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, GroupOfUser[]>> {
    const rows = await this.database.rows<GroupOfUser & { userId: string }>(
      `select in_group.user_id as "userId", groups.id, groups.name
       from group_members in_group join groups on groups.id = in_group.group_id
       where in_group.organization_id = $1 and in_group.user_id = any($2::text[]) and groups.source = 'SCIM'
       order by groups.id`,
      [organizationId, userIds],
    );
    const groups = new Map<string, GroupOfUser[]>();
    for (const { userId, id, name } of rows) groups.set(userId, [...(groups.get(userId) ?? []), { id, name }]);
    return groups;
  }

  /** Whether somebody else has this userName, in whichever case: also whom the directory said so of and sees no more. */
  async isTaken(organizationId: string, userName: string, by: string): Promise<boolean> {
    const found = await this.database.rows(
      `select 1 from scim_users where organization_id = $1 and lower(user_name) = lower($3) and user_id <> $4
       union all
       select 1 ${usersOfOrganization} and s.user_id is null and u.email = lower($3) and u.id <> $4`,
      [organizationId, await this.domainsOf(organizationId), userName, by],
    );
    return found.length > 0;
  }

  /** Which of these ids are those of people that the directory can see. */
  async known(organizationId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.rows<{ id: string }>(
      `select m.user_id as id ${usersOfOrganization} and m.user_id = any($3::text[])`,
      [organizationId, await this.domainsOf(organizationId), ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  private async asked(organizationId: string, filter: Filter | null) {
    const before = [organizationId, await this.domainsOf(organizationId)];
    if (filter === null) return { sql: usersOfOrganization, parameters: before };
    const { sql, parameters } = conditionOf(filter, searchableUsers, before);
    return { sql: `${usersOfOrganization} and ${sql}`, parameters };
  }

  private async domainsOf(organizationId: string): Promise<string[]> {
    return (await this.domains.listVerified(organizationId)).map(({ name }) => name);
  }
}
