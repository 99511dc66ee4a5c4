import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { anonymous } from '../../policy/actor.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { EmailVerification } from '../mailbox/email-verification.service.js';
import { strategies } from '../strategies/strategies.js';
import { accountCheck } from './account-check.js';
import { AccountEntry } from './account-entry.service.js';
import { AccountService } from './account.service.js';
import { SessionOpener, type SignInRequest } from './session-opener.service.js';
import { SignInService, type Attempt } from './sign-in.service.js';
import { toldEmail } from './told-email.js';

/** How a sign-in is concluded that a provider has proven. */
@Injectable()
export class IdentitySignIn {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountService,
    private readonly entry: AccountEntry,
    private readonly verification: EmailVerification,
    private readonly opener: SessionOpener,
    private readonly signIn: SignInService,
  ) {}

  /**
   * Opens a session for whoever a provider has proven somebody to be: finds, links or makes their account.
   * @throws SignInRefused with a reason of the account rules, after it was put on the trail
   */
  async complete(
    source: SignInSource,
    proof: ProviderProof,
    request: SignInRequest,
    trace: SignInTraceLog,
  ): Promise<OpenedSession> {
    const { method } = strategies[source.protocol];
    const attempt: Attempt = {
      method,
      connection: source.key,
      email: toldEmail(proof.email),
      organizationId: source.organizationId,
      trace,
    };
    const outcome = await this.database.transaction(async (tx) => {
      const verdict = await this.accounts.judge(tx, source, proof);
      if ('refused' in verdict) return verdict.refused;
      const user = await this.entry.settle(tx, anonymous(request.origin), source, verdict);
      if (this.verification.isMissing(user)) {
        await this.verification.ask(tx, user);
        return 'EMAIL_UNPROVEN';
      }
      trace.reached('ACCOUNT_JUDGED');
      const by = { method, connection: source.key, secondFactor: null };
      const opened = await this.opener.open(tx, user, by, request, source.organizationId);
      trace.reached('SIGNED_IN');
      await trace.succeeded(tx, attempt.email);
      return opened;
    });
    if (typeof outcome !== 'string') return outcome;
    return this.signIn.refuse(request.origin, { ...attempt, check: accountCheck(source, proof, outcome) }, outcome);
  }
}
