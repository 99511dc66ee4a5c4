import type { BuiltInRole } from '../../policy/permissions.js';

/** How a member would come in once single sign-on is enforced. */
export const entryWays = ['SSO', 'EXCEPTION', 'BREAK_GLASS', 'NONE'] as const;
export type EntryWay = (typeof entryWays)[number];

export interface AffectedMember {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: BuiltInRole;
  readonly way: EntryWay;
  /** Whether they have signed in by a connection of the organization before. */
  readonly hasSignedInBySso: boolean;
}

/** A key that was created by somebody who would not get in any more. It works on. */
export interface AffectedKey {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
  readonly createdBy: string;
}

/** What enforcing a connection would mean, at this moment. */
export interface EnforcementImpact {
  readonly members: number;
  readonly bySso: number;
  readonly byException: number;
  readonly byBreakGlass: number;
  readonly lockedOut: number;
  /** Of those by single sign-on: who have not used it yet. */
  readonly newToSso: number;
  /** Owners who would come in, by whatever way. */
  readonly ownersLeft: number;
  readonly sessionsEnded: number;
  readonly keysOfLockedOut: number;
  /** Everybody who is not simply to use single sign-on; those who are locked out first. */
  readonly people: readonly AffectedMember[];
  readonly keys: readonly AffectedKey[];
}
