import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { MemberService } from '../members/member.service.js';
import { OrganizationService } from '../organization.service.js';
import { DeletionNotices } from './deletion-notices.service.js';
import { DeletionStore, refuseUnconfirmed } from './deletion-store.service.js';
import { organizationDeleted, type OrganizationDeleted } from './deletion.events.js';

/** Deletes organizations; `OrganizationRestoration` brings them back. */
@Injectable()
export class OrganizationDeletion {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly store: DeletionStore,
    private readonly notices: DeletionNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Deletes an organization and all that is in it: for everybody at once, and for good when the grace ends. Its trail stays.
   * @param confirmation its name or its slug as the caller has typed it; a person must
   * @throws VALIDATION_FAILED when a person has typed nothing, or anybody something else; STEP_UP_REQUIRED
   */
  async delete(actor: Actor, id: string, confirmation: string | null): Promise<OrganizationDeleted> {
    refuseStaleProof(actor, this.clock.now());
    return this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, id);
      const organization = await this.organizations.get(id);
      const { name, slug } = organization;
      const doomed = { organizationId: id, projectId: null, name, slug };
      await refuseUnconfirmed(actor, confirmation, doomed);
      const goneAt = this.store.graceEnd();
      await this.notices.willGo(tx, actor, organization, goneAt);
      const owners = await this.members.idsOfOwners(id);
      const roles = Object.fromEntries(owners.map((userId) => [userId, 'OWNER' as const]));
      await this.store.delete(tx, actor, { ...doomed, roles, goneAt });
      await this.audit.record(tx, actor, organizationDeleted, { organization, goneAt });
      return { organization, goneAt };
    });
  }
}
