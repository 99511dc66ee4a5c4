import type { Domain } from '../../organizations/domains/domain.types.js';
import type { Row } from '../../platform/database/row.js';
import type { SsoSetupLinkEntity } from './sso-setup-link.entity.js';
import type { SsoSetupLink, SsoSetupLinkState } from './sso-setup-link.types.js';

type Dates = Pick<SsoSetupLinkEntity, 'revokedAt' | 'expiresAt'>;

export function stateOf({ revokedAt, expiresAt }: Dates, now: Date): SsoSetupLinkState {
  if (revokedAt) return 'REVOKED';
  return expiresAt > now ? 'ACTIVE' : 'EXPIRED';
}

/** A link without the digest of its token. */
export function toSetupLink(row: Row<SsoSetupLinkEntity>, domain: Domain | null, now: Date): SsoSetupLink {
  const { id, organizationId, note, createdAt, expiresAt, lastUsedAt, useCount, createdBy } = row;
  const state = stateOf(row, now);
  return { id, organizationId, note, domain, state, createdAt, expiresAt, lastUsedAt, useCount, createdBy };
}
