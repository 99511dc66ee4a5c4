import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { memberRemoved } from '../../organizations/members/membership-changed.types.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Caller } from '../../policy/current.decorators.js';
import { SessionService } from '../../sessions/session.service.js';
import { organizationChosen } from '../sign-in/sign-in.events.js';

/** In which of their organizations somebody works: a mark on their session, which gives no right and takes none. */
@Injectable()
export class OrganizationChoiceService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly members: MemberService,
    private readonly sessions: SessionService,
    private readonly audit: AuditService,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.on(memberRemoved, (tx, { userId, organizationId }) =>
      this.sessions.forgetOrganization(tx, userId, organizationId),
    );
  }

  /**
   * @throws NOT_FOUND for an organization that the caller is no member of, in the words for one that never was;
   *   SECOND_FACTOR_REQUIRED where its security policy says so
   */
  async choose({ actor, sessionId }: Caller, organizationId: string): Promise<void> {
    if (sessionId === null) throw new AppError('UNAUTHENTICATED');
    if ((await this.members.roleOf(organizationId, actor.id)) === null) throw new AppError('NOT_FOUND');
    const objection = await actor.objectionOf(organizationId);
    if (objection) throw objection;
    await this.database.transaction(async (tx) => {
      await this.sessions.choose(tx, sessionId, organizationId);
      await this.audit.record(tx, actor, organizationChosen, { organizationId, sessionId });
    });
  }
}
