import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { pathOfOurs, safeReturnTo } from '../../platform/http/return-to.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { isState, isStateOfTest, LoginFlowService } from './login-flow.service.js';
import { ProviderFailures } from './provider-failures.service.js';
import type { Visit } from './provider-visit.types.js';
import { VisitTraces } from './visit-traces.service.js';

/** What a provider has the browser post (SAML Bindings 3.5). */
export interface PostedAnswer {
  readonly answer: string;
  /** Ours, or whatever the provider has set where nobody here has asked it. */
  readonly relayState: string;
}

/**
 * A form that another site posts brings no cookie along, so it cannot be known which browser it is. The answer is kept with
 * the sign-in that it names, unread, and the browser is sent to come for it by a link, which brings the cookie.
 */
@Injectable()
export class PostedAnswers {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly flows: LoginFlowService,
    private readonly failures: ProviderFailures,
    private readonly traces: VisitTraces,
    private readonly config: Config,
  ) {}

  /** @returns where the browser goes on @throws SignInRefused, with its reason on the trail */
  async receive(visit: Visit, { answer, relayState }: PostedAnswer): Promise<string> {
    const source = await this.sourceOf(visit, relayState);
    try {
      if (source?.protocol !== 'saml')
        throw new ProviderRefusal('PROVIDER_UNKNOWN', 'there is none of this key that posts, or it is not in use');
      if (!isState(relayState)) return this.unsolicited(source, relayState);
      if (answer === '') throw new ProviderRefusal('SAML_RESPONSE_INVALID', 'no answer was posted');
      // Where none is kept the sign-in is over, or was never begun: the browser learns that where it comes for the answer.
      await this.flows.keepAnswer(relayState, source, answer);
      return `${source.callbackUrl}?${new URLSearchParams({ state: relayState }).toString()}`;
    } catch (error) {
      const owner = source ?? (await this.sources.ownerOf(visit.key));
      return this.failures.refuse(visit, source, error, this.traces.ofReturn(visit, owner, source));
    }
  }

  /** Nothing in it is believed: whoever was signed in there is asked for again, which they hardly notice (login CSRF). */
  private unsolicited({ allowIdpInitiated, loginUrl }: SignInSource, relayState: string): string {
    if (!allowIdpInitiated) throw new ProviderRefusal('SAML_OTHER_REQUEST', 'nobody here asked for it');
    const returnTo = safeReturnTo(pathOfOurs(relayState, this.config.rootUrl));
    return `${loginUrl}?${new URLSearchParams({ returnTo }).toString()}`;
  }

  private sourceOf({ key }: Visit, relayState: string): Promise<SignInSource | null> {
    return isStateOfTest(relayState) ? this.sources.underTestByKey(key) : this.sources.findByKey(key);
  }
}
