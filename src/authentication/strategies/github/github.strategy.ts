import type { Request } from 'express';
import passport from 'passport';
import { randomToken, sha256 } from '../../../platform/crypto/digest.js';
import { ProviderRefusal } from '../../../sso/protocols/provider-refusal.types.js';
import type { CodeRedeemer } from '../../../sso/protocols/oidc/relying-party.types.js';
import type { GithubSettings } from '../../../sso/sources/sign-in-source.types.js';
import type { FinishedInfo, FlowAccess, Half } from '../strategy.types.js';

export interface GithubStrategyOptions extends FlowAccess {
  readonly settings: GithubSettings;
  readonly party: CodeRedeemer;
}

/** OAuth 2 has no nonce: there is no ID token to find it in again. */
const NO_NONCE = '';

/**
 * GitHub's OAuth 2 as a Passport strategy. State, PKCE and where to return to are the login flow's, as for every provider;
 * what is left of the protocol is this redirect, and the exchange that `party` does. One instance serves one request.
 */
export class GithubStrategy extends passport.Strategy {
  constructor(
    private readonly options: GithubStrategyOptions,
    private readonly half: Half,
  ) {
    super();
  }

  override authenticate(_request: Request): void {
    const step = 'finish' in this.half ? this.finish(this.half.finish) : this.begin();
    step.catch((error: unknown) => this.error(error as Error));
  }

  /** RFC 6749 4.1.1, with PKCE as RFC 7636 4.3 has it. */
  private async begin(): Promise<void> {
    const { settings, callbackUrl, open } = this.options;
    const verifier = settings.pkce ? randomToken() : null;
    const url = new URL(settings.authorizationEndpoint);
    const query = {
      response_type: 'code',
      client_id: settings.clientId,
      redirect_uri: callbackUrl,
      scope: settings.scopes.join(' '),
      state: await open({ nonce: NO_NONCE, verifier }),
      ...(verifier === null
        ? {}
        : { code_challenge: sha256(verifier).toString('base64url'), code_challenge_method: 'S256' }),
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    this.redirect(url.href);
  }

  /** The state is used up before anything else in the callback is believed, an error of the provider's included. */
  private async finish(answer: URLSearchParams): Promise<void> {
    try {
      const { callbackUrl, take, party, trace } = this.options;
      const flow = await take(answer.get('state') ?? '');
      const callback = new URL(`${callbackUrl}?${answer.toString()}`);
      const proof = await party.redeem(callback, flow, () => trace.reached('CODE_EXCHANGED'));
      this.success(proof, { returnTo: flow.returnTo, purpose: flow.purpose } satisfies FinishedInfo);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      this.fail(error, 403);
    }
  }
}
