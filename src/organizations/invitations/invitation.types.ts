import type { BuiltInRole } from '../../policy/permissions.js';

/**
 * - `OPEN`: waits to be accepted
 * - `EXPIRED`: waited too long; may be sent anew
 * - `ACCEPTED`, `REVOKED`: over
 */
export const invitationStates = ['OPEN', 'EXPIRED', 'ACCEPTED', 'REVOKED'] as const;
export type InvitationState = (typeof invitationStates)[number];

/** A place in an organization, offered to whoever holds a mailbox. Its token is in the mail alone. */
export interface Invitation {
  readonly id: string;
  readonly organizationId: string;
  /** Canonical. */
  readonly email: string;
  readonly role: BuiltInRole;
  /** Null: the role counts in every project. */
  readonly projectId: string | null;
  readonly projectRole: BuiltInRole | null;
  /** Whether an exception from single sign-on that is enforced comes with the membership. */
  readonly ssoException: boolean;
  /** The id of the user or key; the actor's kind for the others. */
  readonly invitedBy: string;
  readonly state: InvitationState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What is offered: the role in the organization, and one in a project in its place where both are given. */
export interface Offer {
  readonly email: string;
  readonly role: BuiltInRole;
  readonly projectId?: string | null | undefined;
  readonly projectRole?: BuiltInRole | null | undefined;
  /** For a guest: they enter although single sign-on is enforced. */
  readonly ssoException?: boolean | null | undefined;
}

/** What the holder of an invitation's link may see of it before they have proven who they are. */
export interface InvitationPreview extends Pick<Invitation, 'organizationId' | 'ssoException'> {
  /** `invalid`: used, or withdrawn. */
  readonly state: 'open' | 'expired' | 'invalid';
  readonly organizationName: string;
  readonly email: string;
  readonly role: BuiltInRole;
  /** The inviting person's name; null where it was a key or the instance's administrator. */
  readonly invitedBy: string | null;
}
