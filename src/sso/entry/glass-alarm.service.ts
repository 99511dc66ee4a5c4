import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { OwnerMails } from '../../organizations/members/owner-mails.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import type { Actor } from '../../policy/actor.js';
import type { Proof } from '../../policy/proof.js';
import { GlassEntryEntity } from './glass-entry.entity.js';
import { breakGlassUsed } from './sso-entry.events.js';

/**
 * An owner enters past the single sign-on that their organization enforces: never quietly. The sign-in itself tells of those
 * whose address it is enforced for; this tells of everybody, also of who has signed in where nothing is enforced.
 */
@Injectable()
export class GlassAlarm {
  constructor(
    private readonly database: Database,
    private readonly owners: OwnerMails,
    private readonly organizations: OrganizationService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Tells the trail, and every owner by mail, when a session comes in for the first time. It is kept whatever becomes of
   * the call, and where it can't be kept nobody comes in.
   */
  async raise(owner: Actor, proof: Proof, organizationId: string): Promise<void> {
    const entry = { organizationId, userId: owner.id, sessionCreatedAt: proof.createdAt };
    if (await this.database.reader.existsBy(GlassEntryEntity, entry)) return;
    await this.database.separateTransaction(async (tx) => {
      if (!(await isFirst(tx, entry))) return;
      await this.audit.record(tx, owner, breakGlassUsed, { organizationId, userId: owner.id, proof });
      const { name } = await this.organizations.get(organizationId);
      await this.owners.send(tx, organizationId, (to) => mailTo(to, owner.label, name, this.clock.now()));
    });
  }
}

/** Of any number of calls at once, one. */
async function isFirst(tx: Tx, entry: GlassEntryEntity): Promise<boolean> {
  const inserted = await tx
    .createQueryBuilder()
    .insert()
    .into(GlassEntryEntity)
    .values(entry)
    .orIgnore()
    .returning('user_id')
    .execute();
  return (inserted.raw as unknown[]).length > 0;
}

const mailTo = (to: string, email: string, organization: string, at: Date) =>
  mailOf({
    to,
    subject: 'Somebody came in past single sign-on',
    opening: [`${email} came into ${tamed(organization)} past its single sign-on, on ${moment(at)}.`],
    closing: 'If none of you knows why, end their sessions, and take this way in from them.',
  });
