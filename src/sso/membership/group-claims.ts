import type { JoiningRole, MembershipRule } from './membership-rule.types.js';

type Claims = Readonly<Record<string, unknown>>;

/** What is looked at of a list that a provider sends: nobody's groups are more. */
const MOST_GROUPS = 1000;

/** The role that a rule gives to whoever these claims are of. */
export function roleBy({ defaultRole, groupsClaim, groupRoles }: MembershipRule, claims: Claims): JoiningRole {
  const groups = new Set(groupsIn(claims, groupsClaim));
  return groupRoles.find(({ group }) => groups.has(group))?.role ?? defaultRole;
}

/**
 * The groups that a claim names: a list of them, or a single one. What is none is left out, and a claim that is missing names
 * no group: Entra ID sends none but a pointer (`_claim_names`) where there are too many for a token.
 * @param name the claim's whole name, such as a URL; where there is none, a path to it such as `realm_access.roles`
 */
export function groupsIn(claims: Claims, name: string): string[] {
  const value = memberOf(claims, name) ?? name.split('.').reduce<unknown>(memberOf, claims);
  const listed = Array.isArray(value) ? (value as unknown[]).slice(0, MOST_GROUPS) : [value];
  return listed.filter((group) => typeof group === 'string');
}

/** Its own, and not what every object has. */
function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Claims)[name]
    : undefined;
}
