import { Injectable } from '@nestjs/common';
import { callerOf } from '../../policy/current.decorators.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sign-in-source.types.js';
import { AccountProofService } from '../account/account-proof.service.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { ProviderFailures } from './provider-failures.service.js';
import { ProviderVisits } from './provider-visit.service.js';
import type { FirstVisit, Visit, Wish } from './provider-visit.types.js';

/** Sign-in through somebody else, and what else their proof is good for to a person who is signed in. */
@Injectable()
export class ProviderSignInService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly visits: ProviderVisits,
    private readonly signIn: SignInService,
    private readonly account: AccountProofService,
    private readonly failures: ProviderFailures,
  ) {}

  /**
   * Begins a sign-in. @returns where to send the browser
   * @throws SignInRefused, with its reason on the trail
   */
  begin(visit: FirstVisit, wish: Wish): Promise<string> {
    return this.refusing(visit, (source) => this.visits.begin(visit, source, wish));
  }

  /**
   * Finishes what was begun with what the provider sent the browser back with.
   * @returns `opened` null where the person was signed in already, and stays so
   * @throws SignInRefused, with its reason on the trail
   */
  finish(visit: Visit): Promise<{ opened: OpenedSession | null; returnTo: string }> {
    return this.refusing(visit, async (source) => {
      const back = await this.visits.finish(visit, source);
      if ('failure' in back) throw back.failure;
      const { proof } = back;
      const { returnTo, purpose } = back.flow;
      if (purpose.for === 'test') throw new ProviderRefusal('FLOW_UNKNOWN', 'a test comes back elsewhere');
      if (purpose.for !== 'signIn') {
        await this.account.use(purpose, callerOf(visit.request), source, proof);
        return { opened: null, returnTo };
      }
      return { opened: await this.signIn.completeWithIdentity(source, proof, signInRequest(visit.request)), returnTo };
    });
  }

  private async refusing<T>(visit: Visit, step: (source: SignInSource) => Promise<T>): Promise<T> {
    const source = await this.sources.findByKey(visit.key);
    try {
      if (!source) throw new ProviderRefusal('PROVIDER_UNKNOWN', 'there is none of this key, or it is not in use');
      return await step(source);
    } catch (error) {
      return this.failures.refuse(visit, source, error);
    }
  }
}
