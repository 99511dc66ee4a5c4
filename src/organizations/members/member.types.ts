import type { BuiltInRole } from '../../policy/permissions.js';

/** How somebody became a member. */
export const membershipSources = ['CREATOR', 'INVITATION', 'DEFAULT', 'ADMINISTRATOR', 'CONFIGURATION'] as const;
export type MembershipSource = (typeof membershipSources)[number];

export interface Membership {
  readonly organizationId: string;
  readonly userId: string;
  readonly role: BuiltInRole;
  readonly source: MembershipSource;
  readonly joinedAt: Date;
  /** Whether this owner may sign in past a single sign-on that is enforced. */
  readonly breakGlass: boolean;
}
