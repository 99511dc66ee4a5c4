import type { Tx } from '../../platform/database/database.js';
import { ScimTokenEntity } from './scim-token.entity.js';

/** The tokens of an organization that still work, oldest first. */
export function listLive(tx: Tx, organizationId: string, now: Date): Promise<ScimTokenEntity[]> {
  return tx
    .createQueryBuilder(ScimTokenEntity, 'token')
    .where('token.organization_id = :organizationId', { organizationId })
    .andWhere('token.revoked_at is null and coalesce(token.expires_at > :now, true)', { now })
    .orderBy('token.id')
    .getMany();
}
