import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { BreakGlassService } from '../../organizations/members/break-glass.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { mailOf, moment, tamed } from '../../platform/mail/letter.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import { glassBroken } from './sign-in.events.js';
import type { Barrier } from './sso-barrier.service.js';

/** An owner has come in past the single sign-on that their organization enforces: never quietly. */
@Injectable()
export class BrokenGlass {
  constructor(
    private readonly breakGlass: BreakGlassService,
    private readonly organizations: OrganizationService,
    private readonly users: UserService,
    private readonly audit: AuditService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** Tells the trail, and every owner by mail, in the commit of the sign-in. @param barrier null: there was no glass */
  async tell(tx: Tx, user: User, barrier: Barrier | null, origin: Origin): Promise<void> {
    const organizationId = barrier?.enforcement.organizationId ?? null;
    if (organizationId === null) return;
    await this.audit.record(tx, anonymous(origin), glassBroken, { organizationId, user });
    const { name } = await this.organizations.get(organizationId);
    for (const owner of await this.users.listByIds(await this.breakGlass.ownersOf(organizationId)))
      await this.mailer.enqueue(tx, mailTo(owner, user, name, this.clock.now()));
  }
}

const mailTo = (owner: User, user: User, organization: string, at: Date) =>
  mailOf({
    to: owner.email,
    subject: 'Somebody signed in past single sign-on',
    opening: [
      `${tamed(user.name)} (${user.email}) signed in to ${tamed(organization)} past its single sign-on, on ${moment(at)}.`,
    ],
    closing: 'If none of you knows why, end their sessions, and take this way in from them.',
  });
