import type { GivenRole } from '../standing/standing.types.js';

export const accessRequestStates = ['PENDING', 'EXPIRED', 'APPROVED', 'DECLINED', 'WITHDRAWN'] as const;
export type AccessRequestState = (typeof accessRequestStates)[number];

/** A role that a member would like to have beside that of their membership. */
export interface AccessRequest {
  readonly id: string;
  readonly organizationId: string;
  /** Null: in the organization, and so in each of its projects. */
  readonly projectId: string | null;
  /** Who asks, and for whom: nobody asks for others. */
  readonly userId: string;
  readonly role: GivenRole;
  /** For how long from the approval on; null: for good. */
  readonly forSeconds: number | null;
  readonly reason: string;
  readonly state: AccessRequestState;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  /** The id of the user or key that decided, or the kind of another actor. */
  readonly decidedBy: string | null;
  readonly note: string | null;
  /** What the approval gave, while that is there. */
  readonly roleGrantId: string | null;
}

export interface NewAccessRequest {
  /** A built-in role's name, or the id of one of the organization's own. */
  readonly roleId: string;
  readonly forSeconds?: number | null | undefined;
  readonly reason: string;
}

export interface Approval {
  /** In place of what was asked for. */
  readonly forSeconds?: number | null | undefined;
  readonly note?: string | null | undefined;
}
