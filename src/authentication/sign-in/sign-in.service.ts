import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { anonymous, type Actor, type Origin } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SignInMethod } from '../../policy/proof.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { Check } from '../../sso/protocols/check.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import type { User } from '../../users/user.types.js';
import { identityConfirmed, sessionEnded, signInRefused } from './sign-in.events.js';
import { EmailTrail } from './email-trail.service.js';
import { SessionOpener, withPassword, type SignInRequest } from './session-opener.service.js';
import { SignInRefused, type SignInRefusalReason } from './sign-in-refused.js';

/** How somebody tried to prove who they are, for the trail. */
export interface Attempt {
  readonly method: SignInMethod;
  readonly connection: string | null;
  /** As claimed; canonical where it could be read. */
  readonly email: string | null;
  /** The organization of the connection; null finds it by the email's domain. */
  readonly organizationId: string | null;
  /** What exactly was wrong, where the reason alone does not say it. Never a secret. */
  readonly detail?: string;
  /** Of an attempt through a provider, which is ended in the commit of the trail's entry; and what was expected. */
  readonly trace?: SignInTraceLog;
  readonly check?: Check | undefined;
}

/** What is the same of every way to sign in: how it is concluded, refused, and undone. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly sessions: SessionService,
    private readonly trail: EmailTrail,
    private readonly opener: SessionOpener,
  ) {}

  /** Opens a session for somebody whose password was right. */
  completeWithPassword(user: User, request: SignInRequest): Promise<OpenedSession> {
    return this.database.transaction((tx) => this.opener.open(tx, user, withPassword, request));
  }

  /** Records a refusal in a transaction of its own, and throws it. */
  async refuse(
    origin: Origin,
    attempt: Attempt,
    reason: SignInRefusalReason,
    told: Readonly<Record<string, unknown>> = {},
  ): Promise<never> {
    const { trace, check, ...facts } = attempt;
    const organizationId = attempt.organizationId ?? (await this.trail.of(attempt.email));
    await this.database.separateTransaction(async (tx) => {
      await trace?.refused(tx, { reason, detail: facts.detail ?? null, email: facts.email, check });
      await this.audit.record(tx, anonymous(origin), signInRefused, { ...facts, organizationId, reason });
    });
    throw new SignInRefused(reason, told);
  }

  /** Ends the session of somebody who signs out. */
  async signOut(actor: Actor, sessionId: string): Promise<void> {
    const organizationId = await this.trail.of(actor.label);
    await this.database.transaction(async (tx) => {
      await this.sessions.end(tx, sessionId);
      await this.audit.record(tx, actor, sessionEnded, { organizationId, sessionId, userId: actor.id, why: 'signOut' });
    });
  }

  /** Somebody who is signed in has proven again who they are, which counts for the next ten minutes. */
  async confirm(actor: Actor, sessionId: string, method: SignInMethod): Promise<void> {
    const organizationId = await this.trail.of(actor.label);
    await this.database.transaction(async (tx) => {
      await this.sessions.markProven(tx, sessionId);
      await this.audit.record(tx, actor, identityConfirmed, { organizationId, sessionId, method });
    });
  }
}
