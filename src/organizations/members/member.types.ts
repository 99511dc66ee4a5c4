import type { BuiltInRole } from '../../policy/permissions.js';

/** How somebody became a member. */
export const membershipSources = [
  'CREATOR',
  'INVITATION',
  'DEFAULT',
  'ADMINISTRATOR',
  'CONFIGURATION',
  'SSO',
  'SCIM',
] as const;
export type MembershipSource = (typeof membershipSources)[number];

export interface Membership {
  readonly organizationId: string;
  readonly userId: string;
  readonly role: BuiltInRole;
  readonly source: MembershipSource;
  readonly joinedAt: Date;
  /** Whether this owner may sign in past a single sign-on that is enforced. */
  readonly breakGlass: boolean;
  /** Whether this guest enters although single sign-on is enforced and has no place for them. */
  readonly ssoException: boolean;
}

/** A membership that is about to begin: with no exception, unless it says so. */
export interface NewMembership extends Omit<Membership, 'joinedAt' | 'breakGlass' | 'ssoException'> {
  readonly ssoException?: boolean;
}
