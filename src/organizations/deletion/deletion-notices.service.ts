import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { OwnerMails } from '../members/owner-mails.service.js';
import { organizationWillGo } from '../organization.service.js';
import type { Organization } from '../organization.types.js';
import { deletionMail } from './deletion-mail.js';

/** Tells of an organization that is about to go, while it can still be asked whose it is. */
@Injectable()
export class DeletionNotices {
  constructor(
    private readonly events: DomainEvents,
    private readonly owners: OwnerMails,
    private readonly config: Config,
  ) {}

  /**
   * Tells other modules, and by mail its owners.
   * @param goneAt until when it can come back; null where it cannot
   */
  async willGo(tx: Tx, actor: Actor, organization: Organization, goneAt: Date | null): Promise<void> {
    await this.events.publish(tx, organizationWillGo, { organizationId: organization.id });
    const { host } = new URL(this.config.rootUrl);
    const facts = { organization, by: actor.label, goneAt, host };
    await this.owners.send(tx, organization.id, (to) => deletionMail(to, facts));
  }
}
