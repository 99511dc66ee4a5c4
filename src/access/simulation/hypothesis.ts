import type { MembershipCondition } from '../../organizations/members/member.service.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { Standing, StandingGrant } from '../standing/standing.types.js';

/** A change that nobody has made yet. */
export type Hypothesis =
  | { readonly kind: 'roleDeleted'; readonly roleId: string }
  | { readonly kind: 'groupDeleted'; readonly groupId: string }
  | { readonly kind: 'roleGrantRevoked'; readonly roleGrantId: string }
  | { readonly kind: 'memberRemoved'; readonly userId: string }
  | { readonly kind: 'memberRole'; readonly userId: string; readonly role: BuiltInRole }
  /** Null: what is set in the project is cleared. */
  | {
      readonly kind: 'projectRole';
      readonly userId: string;
      readonly projectId: string;
      readonly role: BuiltInRole | null;
    };

/** The standing of a member whom the change concerns, once it is made; null: they would be no member. What it gives them is for others to say. */
export function supposing(hypothesis: Hypothesis, standing: Standing): Standing | null {
  switch (hypothesis.kind) {
    case 'roleDeleted':
      return without(standing, ({ role }) => role.kind === 'custom' && role.id === hypothesis.roleId);
    case 'groupDeleted':
      return without(standing, ({ group }) => group?.id === hypothesis.groupId);
    case 'roleGrantRevoked':
      return without(standing, ({ id }) => id === hypothesis.roleGrantId);
    case 'memberRemoved':
      return null;
    case 'memberRole':
      return { ...standing, organizationRole: hypothesis.role };
    case 'projectRole': {
      const projectRoles = new Map(standing.projectRoles);
      if (hypothesis.role === null) projectRoles.delete(hypothesis.projectId);
      else projectRoles.set(hypothesis.projectId, hypothesis.role);
      return { ...standing, projectRoles };
    }
  }
}

function without(standing: Standing, isGone: (grant: StandingGrant) => boolean): Standing {
  return { ...standing, grants: standing.grants.filter((grant) => !isGone(grant)) };
}

/**
 * Whom a change concerns: who has what would be gone, whether or not it counts for them. It says who is looked at, and nothing of
 * what they would lose.
 * @param projectId the one project that is looked at; null: all that the organization has
 */
export function concernedBy(hypothesis: Hypothesis, projectId: string | null, now: Date): MembershipCondition {
  switch (hypothesis.kind) {
    case 'roleDeleted':
      return havingGrant('g.role_id = :goneId', { goneId: hypothesis.roleId, projectId, now });
    case 'roleGrantRevoked':
      return havingGrant('g.id = :goneId', { goneId: hypothesis.roleGrantId, projectId, now });
    case 'groupDeleted':
      return { sql: inGroup(':goneId'), parameters: { goneId: hypothesis.groupId } };
    case 'memberRemoved':
    case 'memberRole':
    case 'projectRole':
      return { sql: 'membership.user_id = :supposedId', parameters: { supposedId: hypothesis.userId } };
  }
}

const inGroup = (group: string): string => `exists (
  select from group_members gm
  where gm.group_id = ${group} and gm.organization_id = membership.organization_id and gm.user_id = membership.user_id
)`;

function havingGrant(which: string, parameters: MembershipCondition['parameters']): MembershipCondition {
  const sql = `exists (
    select from role_grants g
    where ${which} and g.organization_id = membership.organization_id
      and (g.project_id is null or :projectId::text is null or g.project_id = :projectId)
      and (g.expires_at is null or g.expires_at > :now)
      and (g.user_id = membership.user_id or ${inGroup('g.group_id')})
  )`;
  return { sql, parameters };
}
