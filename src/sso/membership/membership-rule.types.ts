import type { BuiltInRole } from '../../policy/permissions.js';

/** What a rule can give: an owner is made by an owner, never by a provider. */
export type JoiningRole = Exclude<BuiltInRole, 'OWNER'>;

/** The role of those whom the provider counts to a group. */
export interface GroupRole {
  /** To the letter, as the provider sends it: a name, or an id. */
  readonly group: string;
  readonly role: JoiningRole;
}

/** Who becomes a member of the organization by signing in through its connection, and as what. */
export interface MembershipRule {
  /** Whether signing in makes anybody a member at all. */
  readonly justInTime: boolean;
  /** Of whoever is in none of the groups. */
  readonly defaultRole: JoiningRole;
  /** The claim that names a person's groups: looked for by its whole name, then as a path with dots. */
  readonly groupsClaim: string;
  /** The first that fits counts. */
  readonly groupRoles: readonly GroupRole[];
}

/** Of a connection for which nobody has set anything. */
export const nobodyJoins: MembershipRule = {
  justInTime: false,
  defaultRole: 'VIEWER',
  groupsClaim: 'groups',
  groupRoles: [],
};
