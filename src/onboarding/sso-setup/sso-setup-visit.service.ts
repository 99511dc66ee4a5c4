import { Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import type { Actor, Origin } from '../../policy/actor.js';
import type { Permission } from '../../policy/permissions.js';
import { SsoSetupLinkEntity } from './sso-setup-link.entity.js';
import { ssoSetupLinkOpened } from './sso-setup-link.events.js';
import { stateOf } from './sso-setup-link.mapping.js';
import type { SetupVisit } from './sso-setup-link.types.js';

/** All that a link stands for in its organization; `SsoSetupService` has the domains and the steps that it is bound to. */
const permissions: readonly Permission[] = ['domains.manage', 'sso.manage'];

/** Lets in who comes by a link, and by nothing but its address. */
@Injectable()
export class SsoSetupVisits {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly access: AccessService,
    private readonly clock: Clock,
  ) {}

  /** @returns null for a link that is over, and for one that never was */
  open(token: string, origin: Origin): Promise<SetupVisit | null> {
    return this.database.transaction(async (tx) => {
      const row: Row<SsoSetupLinkEntity> | null = await tx.findOne(SsoSetupLinkEntity, {
        where: { tokenDigest: sha256(token) },
        lock: { mode: 'pessimistic_write' },
      });
      const now = this.clock.now();
      if (!row || stateOf(row, now) !== 'ACTIVE') return null;
      const actor = this.actorOf(row, origin);
      await tx.update(SsoSetupLinkEntity, { id: row.id }, { lastUsedAt: now, useCount: row.useCount + 1 });
      if (row.useCount === 0) await this.audit.record(tx, actor, ssoSetupLinkOpened, row);
      return visitOf(row, actor);
    });
  }

  private actorOf({ id, note, organizationId }: Row<SsoSetupLinkEntity>, origin: Origin): Actor {
    const label = note === null ? `Setup link ${id.slice(-8)}` : `Setup link for ${note}`;
    const grant = { organizationId, projectId: null, permissions };
    return this.access.actorFor({ kind: 'setupLink', id, label, grant }, origin);
  }
}

function visitOf(
  { id, organizationId, expiresAt, domainId, addedDomainIds }: Row<SsoSetupLinkEntity>,
  actor: Actor,
): SetupVisit {
  const mayAddDomains = domainId === null;
  const domainIds = domainId === null ? addedDomainIds : [domainId];
  return { actor, linkId: id, organizationId, expiresAt, mayAddDomains, domainIds };
}
