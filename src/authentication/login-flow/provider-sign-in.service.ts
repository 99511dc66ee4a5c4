import { Injectable } from '@nestjs/common';
import { callerOf } from '../../policy/current.decorators.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { AccountProofService } from '../account/account-proof.service.js';
import { IdentitySignIn } from '../sign-in/identity-sign-in.service.js';
import { toldEmail } from '../sign-in/told-email.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import type { FlowPurpose } from './login-flow.types.js';
import { ProviderFailures } from './provider-failures.service.js';
import { ProviderVisits } from './provider-visit.service.js';
import type { FirstVisit, Visit, Wish } from './provider-visit.types.js';
import { VisitTraces } from './visit-traces.service.js';

/** Sign-in through somebody else, and what else their proof is good for to a person who is signed in. */
@Injectable()
export class ProviderSignInService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly visits: ProviderVisits,
    private readonly identities: IdentitySignIn,
    private readonly account: AccountProofService,
    private readonly failures: ProviderFailures,
    private readonly traces: VisitTraces,
  ) {}

  /**
   * Begins a sign-in. @returns where to send the browser
   * @throws SignInRefused, with its reason on the trail
   */
  begin(visit: FirstVisit, wish: Wish): Promise<string> {
    return this.refusing(visit, wish.purpose, (source, trace) => this.visits.begin(visit, source, wish, trace));
  }

  /**
   * Finishes what was begun with what the provider sent the browser back with.
   * @returns `opened` null where the person was signed in already, and stays so
   * @throws SignInRefused, with its reason on the trail
   */
  finish(visit: Visit): Promise<{ opened: OpenedSession | null; returnTo: string }> {
    return this.refusing(visit, null, async (source, trace) => {
      const back = await this.visits.finish(visit, source, trace);
      if ('failure' in back) throw back.failure;
      const { proof } = back;
      const { returnTo, purpose } = back.flow;
      if (purpose.for === 'test') throw new ProviderRefusal('FLOW_UNKNOWN', 'a test comes back elsewhere');
      if (purpose.for !== 'signIn') {
        await this.account.use(purpose, callerOf(visit.request), source, proof);
        trace.reached('ACCOUNT_JUDGED');
        await this.traces.along((tx) => trace.succeeded(tx, toldEmail(proof.email)));
        return { opened: null, returnTo };
      }
      const request = signInRequest(visit.request);
      return { opened: await this.identities.complete(source, proof, request, trace), returnTo };
    });
  }

  /** @param purpose of a visit that begins; null for one that comes back */
  private async refusing<T>(
    visit: Visit,
    purpose: FlowPurpose | null,
    step: (source: SignInSource, trace: SignInTraceLog) => Promise<T>,
  ): Promise<T> {
    const source = await this.sources.findByKey(visit.key);
    const owner = source ?? (await this.sources.ownerOf(visit.key));
    const trace = purpose
      ? this.traces.ofBeginning(visit, owner, source, purpose)
      : this.traces.ofReturn(visit, owner, source);
    try {
      if (!source)
        throw new ProviderRefusal('PROVIDER_UNKNOWN', 'there is none of this key, or it is not in use', {
          check: { expected: 'a connection in use, of a proven domain', found: 'none' },
        });
      return await step(source, trace);
    } catch (error) {
      return this.failures.refuse(visit, source, error, trace);
    }
  }
}
