import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Filter } from '../protocol/filter.js';
import { conditionOf } from '../protocol/search.js';
import { groupsOfOrganization, searchableGroups } from './scim-group-search.js';
import type { MemberOfGroup, ScimGroup } from './scim-group.types.js';

const columns = `
  groups.id, groups.name as "displayName", groups.external_id as "externalId", groups.created_at as "createdAt",
  groups.updated_at as "updatedAt"`;

/** The groups that an organization's directory can see: its own. Those that administrators made are theirs alone. */
@Injectable()
export class ScimGroupReader {
  constructor(private readonly database: Database) {}

  /** @throws NOT_FOUND, in the same words for a group of another organization */
  async get(organizationId: string, id: string): Promise<ScimGroup> {
    const [group] = await this.database.rows<ScimGroup>(
      `select ${columns} ${groupsOfOrganization} and groups.id = $2`,
      [organizationId, id],
    );
    if (!group) throw new AppError('NOT_FOUND');
    return group;
  }

  /** Oldest first. @throws invalidFilter */
  async list(
    organizationId: string,
    filter: Filter | null,
    { limit, offset, after }: { readonly limit: number; readonly offset: number; readonly after: string },
  ): Promise<ScimGroup[]> {
    const { sql, parameters } = asked(organizationId, filter);
    return this.database.rows<ScimGroup>(
      `select ${columns} ${sql} and groups.id > $${parameters.length + 1} order by groups.id
       limit $${parameters.length + 2} offset $${parameters.length + 3}`,
      [...parameters, after, limit, offset],
    );
  }

  async count(organizationId: string, filter: Filter | null): Promise<number> {
    const { sql, parameters } = asked(organizationId, filter);
    const [row] = await this.database.rows<{ total: number }>(`select count(*)::integer as total ${sql}`, parameters);
    return row?.total ?? 0;
  }

  /** Who is in each of the groups, by the group's id. */
  async membersOf(groupIds: readonly string[]): Promise<ReadonlyMap<string, readonly MemberOfGroup[]>> {
    const rows = await this.database.rows<MemberOfGroup & { groupId: string }>(
      `select in_group.group_id as "groupId", u.id, u.name
       from group_members in_group join users u on u.id = in_group.user_id
       where in_group.group_id = any($1::text[]) order by u.id`,
      [groupIds],
    );
    const members = new Map<string, MemberOfGroup[]>();
    for (const { groupId, id, name } of rows) {
      const known = members.get(groupId);
      if (known) known.push({ id, name });
      else members.set(groupId, [{ id, name }]);
    }
    return members;
  }
}

function asked(organizationId: string, filter: Filter | null) {
  const before = [organizationId];
  if (filter === null) return { sql: groupsOfOrganization, parameters: before };
  const { sql, parameters } = conditionOf(filter, searchableGroups, before);
  return { sql: `${groupsOfOrganization} and ${sql}`, parameters };
}
