import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { refuseAbove } from '../../policy/granting.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SessionDetails } from '../../sessions/session.types.js';
import type { User } from '../../users/user.types.js';
import { UserService } from '../../users/user.service.js';
import { sessionRevoked, sessionsRevoked } from './session-management.events.js';

/**
 * Ends sessions for those who may: people their own, instance administrators anybody's, and an organization those of its
 * members whose address it answers for, having proven the domain. A session is the person's and not the organization's:
 * ending it ends their work in every other organization too, so that membership alone is not enough.
 */
@Injectable()
export class SessionManagementService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly sessions: SessionService,
    private readonly users: UserService,
    private readonly domains: DomainService,
    private readonly members: MemberService,
  ) {}

  /** @throws NOT_FOUND, for a session that the actor may not end too; CANNOT_GRANT for that of somebody above them */
  async revoke(actor: Actor, sessionId: string): Promise<SessionDetails> {
    return this.database.transaction(async (tx) => {
      const session = await this.sessions.findById(sessionId);
      if (!session) throw new AppError('NOT_FOUND');
      const user = await this.users.get(session.userId);
      const organizationId = await this.trailFor(actor, user);
      if (!(await this.sessions.end(tx, session.id)))
        throw new AppError('NOT_FOUND', { detail: 'ended by another call meanwhile' });
      await this.audit.record(tx, actor, sessionRevoked, { organizationId, sessionId: session.id, userId: user.id });
      return session;
    });
  }

  /** Ends every session of a user. @returns how many @throws NOT_FOUND; CANNOT_GRANT, as `revoke` */
  async revokeAll(actor: Actor, userId: string): Promise<number> {
    return this.database.transaction(async (tx) => {
      const user = await this.users.get(userId);
      const organizationId = await this.trailFor(actor, user);
      const sessions = await this.sessions.endAllOf(tx, userId);
      const facts = { organizationId, userId, sessions, keptSessionId: null };
      await this.audit.record(tx, actor, sessionsRevoked, facts);
      return sessions;
    });
  }

  /** Ends the caller's own sessions but for the one that they call through. @returns how many */
  async revokeOthers({ actor, sessionId }: Caller): Promise<number> {
    if (sessionId === null) throw new AppError('FORBIDDEN', { detail: 'needs a session' });
    return this.database.transaction(async (tx) => {
      const organizationId = await this.domains.organizationOf(actor.label);
      const sessions = await this.sessions.endOthersOf(tx, actor.id, sessionId);
      const facts = { organizationId, userId: actor.id, sessions, keptSessionId: sessionId };
      await this.audit.record(tx, actor, sessionsRevoked, facts);
      return sessions;
    });
  }

  /**
   * Where the end of this user's sessions is recorded.
   * @throws NOT_FOUND where the actor may not end them; CANNOT_GRANT; what the organization asks of how the actor came in
   */
  private async trailFor(actor: Actor, user: User): Promise<string | null> {
    const organizationId = await this.domains.organizationOf(user.email);
    if (actor.isInstanceAdministrator || (actor.kind === 'user' && actor.id === user.id)) return organizationId;
    if (organizationId === null) throw new AppError('NOT_FOUND', { detail: 'no organization answers for the address' });

    const scope = { organizationId, projectId: null };
    const role = await this.members.roleOf(organizationId, user.id);
    const held = await actor.permissionsIn(scope);
    if (role === null || !held.has('members.manage'))
      throw new AppError('NOT_FOUND', { detail: 'a session of somebody else' });
    const objection = await actor.objectionOf(organizationId);
    if (objection) throw objection;
    await refuseAbove(actor, scope, role);
    return organizationId;
  }
}
