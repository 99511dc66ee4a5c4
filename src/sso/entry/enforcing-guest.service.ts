import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MemberService } from '../../organizations/members/member.service.js';
import { SsoExceptionService } from '../../organizations/members/sso-exception.service.js';
import type { Tx } from '../../platform/database/database.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { ssoEnforced } from '../enforcement/sso-enforcement.service.js';
import { SsoEntryRule } from './sso-entry-rule.service.js';

/**
 * Whoever enforces single sign-on with a foreign address would be the first to be locked out, perhaps with nobody left who
 * could mend it. Where they could grant themselves an exception, the enforcement does: on the trail, and to be revoked.
 */
@Injectable()
export class EnforcingGuest implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly members: MemberService,
    private readonly exceptions: SsoExceptionService,
    private readonly entry: SsoEntryRule,
  ) {}

  onModuleInit(): void {
    this.events.on(ssoEnforced, (tx, { actor, organizationId }) => this.keep(tx, actor, organizationId));
  }

  private async keep(tx: Tx, actor: Actor, organizationId: string): Promise<void> {
    if (!(await this.entry.isLockedOut(actor, organizationId))) return;
    const held = await actor.permissionsIn({ organizationId, projectId: null });
    if (!held.has('ssoExceptions.manage') || !(await this.members.find(organizationId, actor.id))) return;
    const who = { organizationId, userId: actor.id };
    await this.exceptions.grantWithin(tx, actor, who, 'Enforced single sign-on, with a foreign address.');
  }
}
