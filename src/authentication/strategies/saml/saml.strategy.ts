import type { Request } from 'express';
import passport from 'passport';
import { ProviderRefusal } from '../../../sso/protocols/provider-refusal.types.js';
import { newRequestId, type SamlParty } from '../../../sso/protocols/saml/saml-party.types.js';
import type { FinishedInfo, FlowAccess, Half } from '../strategy.types.js';

export interface SamlStrategyOptions extends FlowAccess {
  readonly party: SamlParty;
}

/**
 * SAML 2.0 as a Passport strategy (Web Browser SSO Profile, SAML Profiles 4.1): the request leaves by the browser's address,
 * the answer comes back in a form, and waits with the login flow until the browser that began it comes for it. One
 * instance serves one request.
 */
export class SamlStrategy extends passport.Strategy {
  constructor(
    private readonly options: SamlStrategyOptions,
    private readonly half: Half,
  ) {
    super();
  }

  override authenticate(_request: Request): void {
    const step = 'finish' in this.half ? this.finish(this.half.finish) : this.begin(this.half.begin.prove === 'anew');
    step.catch((error: unknown) => this.error(error as Error));
  }

  /** The request's ID has the place of the nonce: what was agreed, and must be found again in the answer. */
  private async begin(forceAuthn: boolean): Promise<void> {
    const requestId = newRequestId();
    const relayState = await this.options.open({ nonce: requestId, verifier: null });
    this.redirect(await this.options.party.authorizationUrl({ requestId, relayState, forceAuthn }));
  }

  /** The flow is used up before the answer is read: a second one, or the same again, finds none (replay). */
  private async finish(query: URLSearchParams): Promise<void> {
    try {
      const flow = await this.options.take(query.get('state') ?? '');
      if (flow.answer === null) throw new ProviderRefusal('SAML_RESPONSE_INVALID', 'no answer was posted');
      const proof = await this.options.party.redeem(flow.answer, { requestId: flow.nonce });
      this.success(proof, { returnTo: flow.returnTo, purpose: flow.purpose } satisfies FinishedInfo);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      this.fail(error, 403);
    }
  }
}
