import { BatchedReads } from '../../platform/database/batched-reads.js';
import type { Database } from '../../platform/database/database.js';
import type { PageOrder } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { MembershipEntity } from './membership.entity.js';
import type { Membership } from './member.types.js';

export const byUser: PageOrder<MembershipEntity> = { column: 'membership.user_id', of: (row) => row.userId };

/** The members of many organizations, page by page. */
export const membersOfOrganizations = (
  database: Database,
): NestedList<Pick<Membership, 'organizationId'>, MembershipEntity> =>
  new NestedList(database, {
    rows: MembershipEntity,
    as: 'membership',
    parent: { organizationId: 'text' },
    where: 'membership.organization_id = parent."organizationId"',
    order: byUser,
  });

const roles = `
  select m.role from unnest($1::text[], $2::text[]) with ordinality as asked(organization_id, user_id, place)
  left join memberships m on m.organization_id = asked.organization_id and m.user_id = asked.user_id
  order by asked.place`;

/** The roles of people in organizations; null for who is no member. */
export const rolesOfMembers = (
  database: Database,
): BatchedReads<Pick<Membership, 'organizationId' | 'userId'>, BuiltInRole | null> =>
  new BatchedReads(database, async (reader, asked) => {
    const places = [asked.map(({ organizationId }) => organizationId), asked.map(({ userId }) => userId)];
    const rows = await reader.query<{ role: BuiltInRole | null }[]>(roles, places);
    return rows.map(({ role }) => role);
  });
