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

/** A session as its person sees it in a list. */
export interface SessionDetails extends Session {
  /** Browser and system in words, as the browser calls itself: "Firefox on Windows". */
  readonly device: string;
  /** The address that it was opened from. */
  readonly address: string | null;
  /** The network that the address lies in, in CIDR notation: the /24 of IPv4, the /64 of IPv6. */
  readonly network: string | null;
  /** To within five minutes. */
  readonly lastSeenAt: Date;
}

/** What an organization asks of sessions, in minutes; null asks nothing. */
export interface SessionLimits {
  readonly maxAgeMinutes: number | null;
  readonly idleMinutes: number | null;
}
