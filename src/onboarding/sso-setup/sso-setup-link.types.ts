import type { Domain } from '../../organizations/domains/domain.types.js';
import type { Actor } from '../../policy/actor.js';

/**
 * - `ACTIVE`: it opens the setup pages
 * - `EXPIRED`: its time is over
 * - `REVOKED`: it was withdrawn
 */
export const ssoSetupLinkStates = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const;
export type SsoSetupLinkState = (typeof ssoSetupLinkStates)[number];

/** A link for somebody without an account, as the members who made it see it. Its token is in its address alone. */
export interface SsoSetupLink {
  readonly id: string;
  readonly organizationId: string;
  /** For whom it is. */
  readonly note: string | null;
  /** The one domain that it is for; null: for those that are added by it. */
  readonly domain: Domain | null;
  readonly state: SsoSetupLinkState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly useCount: number;
  /** Who made it, as the trail knows them. */
  readonly createdBy: string;
}

/** What a member asks for. */
export interface NewSsoSetupLink {
  readonly domainId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly expiresInDays?: number | null | undefined;
  readonly sendTo?: string | null | undefined;
}

/** A request that came by a link which opens. */
export interface SetupVisit {
  readonly actor: Actor;
  readonly linkId: string;
  readonly organizationId: string;
  readonly expiresAt: Date;
  /** Whether further domains may be added. */
  readonly mayAddDomains: boolean;
  /** The domains that it is for. */
  readonly domainIds: readonly string[];
}
