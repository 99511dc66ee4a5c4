import { Injectable } from '@nestjs/common';
import { AccessService, userIdentity } from '../../access/access.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { SessionLimitsService } from '../../organizations/security-policy/session-limits.service.js';
import type { Tx } from '../../platform/database/database.js';
import { anonymous, type Actor, type Origin } from '../../policy/actor.js';
import type { NewProof } from '../../policy/proof.js';
import { SessionService } from '../../sessions/session.service.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { User } from '../../users/user.types.js';
import { EmailTrail } from './email-trail.service.js';
import { NewcomerService } from './newcomer.service.js';
import { sessionEnded, signedIn } from './sign-in.events.js';

/** What the request of a sign-in brings along. */
export interface SignInRequest {
  readonly origin: Origin;
  /** The session that the browser had before, whoever's it was. */
  readonly previousSessionId: string | null;
}

/** Proof by a password and nothing else. */
export const withPassword = { method: 'password', connection: null, secondFactor: null } as const;

/** The end of every way to sign in: the session and its audit event, in one commit. */
@Injectable()
export class SessionOpener {
  constructor(
    private readonly sessions: SessionService,
    private readonly newcomers: NewcomerService,
    private readonly limits: SessionLimitsService,
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly trail: EmailTrail,
  ) {}

  /**
   * A session's id is new at every sign-in, and the browser's old session ends with it (session fixation).
   * @param trail the organization whose trail tells of it; null finds it by the email's domain
   */
  async open(
    tx: Tx,
    arrived: User,
    proof: NewProof,
    request: SignInRequest,
    trail: string | null = null,
  ): Promise<OpenedSession> {
    const organizationId = trail ?? (await this.trail.of(arrived.email));
    const user = arrived.isNew ? await this.newcomers.welcome(tx, anonymous(request.origin), arrived) : arrived;
    const limits = await this.limits.strictestFor(tx, user.id);
    const opened = await this.sessions.open(tx, { userId: user.id, ...proof, limits }, request.origin);
    const actor = this.access.actorFor(userIdentity(user, opened.session), request.origin);
    await this.endPrevious(tx, actor, request.previousSessionId, organizationId);
    await this.audit.record(tx, actor, signedIn, { session: opened.session, organizationId });
    return opened;
  }

  private async endPrevious(tx: Tx, actor: Actor, sessionId: string | null, trail: string | null): Promise<void> {
    const previous = sessionId === null ? null : await this.sessions.findById(sessionId);
    if (!previous) return;
    await this.sessions.end(tx, previous.id);
    const organizationId = previous.userId === actor.id ? trail : null;
    const facts = { organizationId, sessionId: previous.id, userId: previous.userId, why: 'replaced' } as const;
    await this.audit.record(tx, actor, sessionEnded, facts);
  }
}
