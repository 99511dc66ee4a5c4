import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { OrganizationService } from '../organization.service.js';
import type { Organization } from '../organization.types.js';
import { DeletionStore } from './deletion-store.service.js';
import { organizationRestored } from './deletion.events.js';
import { toDeletedThing, type DeletedThing } from './deletion.types.js';
import { organizationsRestorableBy } from './may-restore.js';
import { ReturningDomains } from './returning-domains.service.js';

/**
 * Deleted organizations, for those who may bring them back: whoever owned one, and the instance's administrator. The guard
 * cannot decide that, since to it there is no such organization; so every method here asks by `organizationsRestorableBy`.
 */
@Injectable()
export class OrganizationRestoration {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly store: DeletionStore,
    private readonly domains: ReturningDomains,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, request: PageRequest): Promise<Connection<DeletedThing>> {
    return mapNodes(await this.store.list(organizationsRestorableBy(actor), request), toDeletedThing);
  }

  /**
   * Brings an organization back as it was, its keys and connections included. Sessions that have ended stay ended, and a
   * domain that another organization has proven meanwhile stays with that one.
   * @param slug its new name in addresses, where another has taken the old one; null for the old one
   * @throws NOT_FOUND, also for whoever may not and when the grace is over; CONFLICT when the slug is taken; STEP_UP_REQUIRED
   */
  async restore(actor: Actor, organizationId: string, slug: string | null): Promise<Organization> {
    const { sql, parameters } = organizationsRestorableBy(actor);
    const only = {
      sql: `${sql} and deletion.organization_id = :organizationId`,
      parameters: { ...parameters, organizationId },
    };
    return this.database.transaction(async (tx) => {
      const deletion = await this.store.lock(tx, only);
      if (!deletion) throw new AppError('NOT_FOUND');
      refuseStaleProof(actor, this.clock.now());
      const lostDomains = await this.domains.giveUpTaken(tx, deletion.id);
      const leftOut = await this.store.putBack(tx, deletion, slug);
      // One was proven by another between the look and the return.
      if (leftOut.domains) throw new AppError('CONFLICT', { message: 'A domain was taken just now. Try again.' });
      const organization = await this.organizations.get(organizationId);
      await this.audit.record(tx, actor, organizationRestored, { organization, lostDomains });
      return organization;
    });
  }
}
