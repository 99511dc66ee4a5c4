import { Injectable } from '@nestjs/common';
import type { AuditEventType } from '../../audit/audit-event.types.js';
import { AuditService } from '../../audit/audit.service.js';
import type { Tx } from '../../platform/database/database.js';
import type { Actor } from '../../policy/actor.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from '../sign-in/email-trail.service.js';
import type { FactorNews } from './factor-mail.js';
import { FactorNotice } from './factor-notice.service.js';

interface AboutUser {
  readonly organizationId: string | null;
  readonly userId: string;
}

/** A change to somebody's second factors is told twice, in its own commit: to the trail, and to the person. */
@Injectable()
export class FactorLedger {
  constructor(
    private readonly audit: AuditService,
    private readonly trail: EmailTrail,
    private readonly notice: FactorNotice,
  ) {}

  /**
   * @param by who does it, to whose factors, and the organization whose trail tells of it; without one it is that of the
   *   email's domain
   * @param news what the person reads of it; null where it is nothing to worry about
   */
  async write<Facts extends AboutUser>(
    tx: Tx,
    by: { readonly actor: Actor; readonly user: User; readonly organizationId?: string },
    event: AuditEventType<Facts>,
    facts: Omit<Facts, keyof AboutUser>,
    news: FactorNews | null,
  ): Promise<void> {
    const organizationId = by.organizationId ?? (await this.trail.of(by.user.email));
    const about: AboutUser = { organizationId, userId: by.user.id };
    await this.audit.record(tx, by.actor, event, { ...about, ...facts } as Facts);
    if (news) await this.notice.tell(tx, by.user, news);
  }

  /** A refusal, in a commit of its own. */
  async writeRefusal<Facts extends AboutUser>(
    by: { readonly actor: Actor; readonly user: User },
    event: AuditEventType<Facts>,
    facts: Omit<Facts, keyof AboutUser>,
  ): Promise<void> {
    const about: AboutUser = { organizationId: await this.trail.of(by.user.email), userId: by.user.id };
    await this.audit.recordAlone(by.actor, event, { ...about, ...facts } as Facts);
  }
}
