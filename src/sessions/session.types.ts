import type { Proof } from '../policy/proof.js';

export interface Session extends Proof {
  readonly id: string;
  readonly userId: string;
  /** In which of their organizations the person works: it gives no right. Null where they have not said so. */
  readonly organizationId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A session just opened: what goes into the cookie, once. */
export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
}
