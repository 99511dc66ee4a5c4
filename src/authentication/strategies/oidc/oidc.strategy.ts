import type { Request } from 'express';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { randomToken, sha256 } from '../../../platform/crypto/digest.js';
import { ProviderRefusal } from '../../../sso/protocols/provider-refusal.types.js';
import type { RelyingParty } from '../../../sso/protocols/oidc/relying-party.types.js';
import type { OidcSettings } from '../../../sso/sources/sign-in-source.types.js';
import type { FinishedInfo, FlowAccess, Half } from '../strategy.types.js';

export interface OidcStrategyOptions extends FlowAccess {
  readonly settings: OidcSettings;
  readonly party: RelyingParty;
}

/**
 * Passport's OpenID Connect strategy with another engine (docs/decisions/0003): the redirect, the state store and the outcomes
 * are the parent's. Its own way to finish is not taken, since it checks no signature and knows no skew. One instance serves
 * one request.
 */
export class OidcStrategy extends OpenIDConnectStrategy {
  private readonly verifier: string | null;

  constructor(
    private readonly options: OidcStrategyOptions,
    private readonly half: Half,
  ) {
    const { settings, party, callbackUrl } = options;
    super(
      {
        issuer: settings.issuer,
        authorizationURL: party.authorizationEndpoint,
        tokenURL: party.tokenEndpoint,
        userInfoURL: '',
        clientID: settings.clientId,
        clientSecret: '',
        callbackURL: callbackUrl,
        scope: settings.scopes.filter((scope) => scope !== 'openid'),
        ...('begin' in half && half.begin.loginHint !== null ? { loginHint: half.begin.loginHint } : {}),
        store: stateStore((nonce) => options.open({ nonce, verifier: this.verifier })),
      },
      neverTaken,
    );
    this.verifier = settings.pkce ? randomToken() : null;
  }

  override authenticate(request: Request): void {
    if ('finish' in this.half) {
      this.finish(this.half.finish).catch((error: unknown) => this.error(error as Error));
      return;
    }
    // The parent would take a `code` or an `error` in the visitor's query for a callback.
    super.authenticate(Object.create(request, { query: { value: {} } }) as Request);
  }

  /** What the parent leaves to us of the authorization request: the nonce, and PKCE with S256 (RFC 7636). */
  override authorizationParams(): object {
    const challenge =
      this.verifier === null
        ? {}
        : { code_challenge: sha256(this.verifier).toString('base64url'), code_challenge_method: 'S256' };
    return { nonce: randomToken(), ...challenge, ...hostedDomain(this.options.settings), ...proofAnew(this.half) };
  }

  /** The state is used up before anything else in the callback is believed, an error of the provider's included. */
  private async finish(answer: URLSearchParams): Promise<void> {
    try {
      const flow = await this.options.take(answer.get('state') ?? '');
      const callback = new URL(`${this.options.callbackUrl}?${answer.toString()}`);
      const proof = await this.options.party.redeem(callback, flow, () => this.options.trace.reached('CODE_EXCHANGED'));
      this.success(proof, { returnTo: flow.returnTo, purpose: flow.purpose } satisfies FinishedInfo);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      this.fail(error, 403);
    }
  }
}

/** Google's `hd` offers the person the right account; what it offers is proven by the claim of the same name alone. */
function hostedDomain({ hostedDomains: [only, ...others] }: OidcSettings): object {
  if (only === undefined) return {};
  return { hd: others.length === 0 ? only : '*' };
}

/** OpenID Connect Core 3.1.2.1: with `max_age` the ID token tells when the person proved themselves (`auth_time`). */
function proofAnew(half: Half): object {
  return 'begin' in half && half.begin.prove === 'anew' ? { prompt: 'login', max_age: 0 } : {};
}

/** In the parent's terms: it hands over the nonce, and puts what it is given into the authorization request. */
function stateStore(open: (nonce: string) => Promise<string>): OpenIDConnectStrategy.SessionStore {
  return {
    store: (_request, { nonce = '' }, _appState, _meta, done) => {
      open(nonce).then((state) => done(null, state), done);
    },
    verify: neverTaken,
  };
}

function neverTaken(): never {
  throw new Error('passport-openidconnect must not finish a sign-in: it checks no signature');
}
