import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { Database } from '../../platform/database/database.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import { shortened, withInvisiblesShown } from '../../platform/text/printable.js';
import { anonymous, type Actor, type Origin } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SignInMethod } from '../../policy/proof.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { SignInSource } from '../../sso/sign-in-source.types.js';
import type { User } from '../../users/user.types.js';
import { AccountService } from './account.service.js';
import { identityConfirmed, sessionEnded, signInRefused } from './sign-in.events.js';
import { EmailTrail } from './email-trail.service.js';
import { SessionOpener, withPassword, type SignInRequest } from './session-opener.service.js';
import { strategies } from '../strategies/strategies.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
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
    private readonly accounts: AccountService,
    private readonly verification: EmailVerification,
  ) {}

  /** Opens a session for somebody whose password was right. */
  completeWithPassword(user: User, request: SignInRequest): Promise<OpenedSession> {
    return this.database.transaction((tx) => this.opener.open(tx, user, withPassword, request));
  }

  /**
   * Opens a session for whoever a provider has proven somebody to be: finds, links or makes their account.
   * @throws SignInRefused with a reason of the account rules, after it was put on the trail
   */
  async completeWithIdentity(
    source: SignInSource,
    proof: ProviderProof,
    request: SignInRequest,
  ): Promise<OpenedSession> {
    const { method } = strategies[source.protocol];
    const attempt: Attempt = {
      method,
      connection: source.key,
      email: toldEmail(proof.email),
      organizationId: source.organizationId,
    };
    const outcome = await this.database.transaction(async (tx) => {
      const verdict = await this.accounts.judge(tx, source, proof);
      if ('refused' in verdict) return verdict.refused;
      const user = await this.accounts.settle(tx, anonymous(request.origin), source, verdict);
      if (this.verification.isMissing(user)) {
        await this.verification.ask(tx, user);
        return 'EMAIL_UNPROVEN';
      }
      const by = { method, connection: source.key, secondFactor: null };
      return this.opener.open(tx, user, by, request, source.organizationId);
    });
    return typeof outcome === 'string' ? this.refuse(request.origin, attempt, outcome) : outcome;
  }

  /** Records a refusal in a transaction of its own, and throws it. */
  async refuse(
    origin: Origin,
    attempt: Attempt,
    reason: SignInRefusalReason,
    facts: Readonly<Record<string, unknown>> = {},
  ): Promise<never> {
    const organizationId = attempt.organizationId ?? (await this.trail.of(attempt.email));
    await this.audit.recordAlone(anonymous(origin), signInRefused, { ...attempt, organizationId, reason });
    throw new SignInRefused(reason, facts);
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

/** An email as the trail tells it: what a provider sent instead of one can be anything. */
function toldEmail(claimed: string | null): string | null {
  if (claimed === null) return null;
  return parseEmailAddress(claimed)?.address ?? shortened(withInvisiblesShown(claimed.slice(0, 200)), 200);
}
