import * as oidc from 'openid-client';
import type { OidcSettings } from '../../sources/sign-in-source.types.js';
import { clientAuthOf } from './client-auth.js';
import { refusalIn } from './explain-refusal.js';
import { checkClaims, checkHostedDomain } from './id-token.js';
import { readLogoutToken } from './logout-token.js';
import type { ProviderProof } from '../provider-proof.types.js';
import { toldValue } from '../check.types.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import type { Circumstances } from './failed-check.js';
import type { Fetch } from '../outbound-fetch.js';
import type { ProviderMetadata } from './provider-metadata.js';
import type { LogoutNotice, OidcFlowSecrets, OnExchanged, RelyingParty } from './relying-party.types.js';
import type { SigningKeys } from './signing-keys.js';
import { isForManyTenants, isIssuerOf, issuerOfTenant } from './tenant-issuer.js';
import { SKEW_SECONDS } from '../time-check.js';
import { TokenExchange } from './token-exchange.js';

/** What a relying party knows of its provider. */
export interface Provider {
  readonly metadata: ProviderMetadata;
  readonly keys: SigningKeys;
}

/** One sign-in at one provider. The protocol is openid-client's; what it leaves to its caller is done here. */
export class OidcRelyingParty implements RelyingParty {
  constructor(
    private readonly settings: OidcSettings,
    private readonly provider: Provider,
    private readonly outbound: Fetch,
  ) {}

  get authorizationEndpoint(): string {
    return this.provider.metadata.authorization_endpoint;
  }

  get tokenEndpoint(): string {
    return this.provider.metadata.token_endpoint;
  }

  async redeem(callback: URL, flow: OidcFlowSecrets, onExchanged: OnExchanged): Promise<ProviderProof> {
    const exchange = new TokenExchange(this.outbound, this.provider.metadata, this.provider.keys, onExchanged);
    try {
      this.refuseOtherIssuer(callback);
      return await this.prove(exchange, callback, flow);
    } catch (error) {
      throw refusalIn(error, exchange.stage, this.circumstances(callback, exchange)) ?? error;
    }
  }

  async readLogoutToken(token: string): Promise<LogoutNotice> {
    try {
      return await readLogoutToken(token, { ...this.provider, clientId: this.settings.clientId }, this.outbound);
    } catch (error) {
      throw refusalIn(error, 'signature') ?? error;
    }
  }

  /** RFC 9207: a code that another provider gave must not even be shown to this one (mix-up). */
  private refuseOtherIssuer(callback: URL): void {
    const { issuer, authorization_response_iss_parameter_supported: isPromised } = this.provider.metadata;
    const named = callback.searchParams.getAll('iss');
    if (named.length === 0 && !isPromised) return;
    if (named.length === 1 && isIssuerOf(issuer, named[0])) return;
    const check = { expected: `iss ${issuer}`, found: toldValue(named.join(' and ') || undefined) };
    throw new ProviderRefusal('CALLBACK_ISSUER', named.length === 0 ? 'iss is missing' : 'iss is another', { check });
  }

  private circumstances(callback: URL, { header }: TokenExchange): Circumstances {
    const { clientId, clientAuthMethod } = this.settings;
    const redirectUri = callback.origin + callback.pathname;
    return { clientId, clientAuthMethod, redirectUri, header, keysAt: this.provider.metadata.jwks_uri };
  }

  private async prove(exchange: TokenExchange, callback: URL, flow: OidcFlowSecrets): Promise<ProviderProof> {
    const { issuer } = this.provider.metadata;
    const isShared = isForManyTenants(issuer);
    const named = isShared ? await this.tenantIssuer(exchange, callback, flow) : issuer;
    const config = await this.configuration(exchange, named);
    const tokens = await oidc.authorizationCodeGrant(config, callback, {
      ...codeChecks(flow),
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (!idToken) throw new ProviderRefusal('ID_TOKEN_INVALID', 'missing');
    checkClaims(idToken, exchange.header, tokens.access_token, this.settings.clientId);
    checkHostedDomain(idToken, this.settings.hostedDomains);
    return this.proofOf(idToken, await this.userinfo(config, idToken, tokens.access_token));
  }

  /**
   * The issuer of the tenant that answers, where one description stands for many. openid-client knows this for Microsoft's
   * own host alone, and has the issuer fixed before it asks. So the code is exchanged with the ID token held back, and the
   * whole answer is then checked against the issuer that the token's own `tid` leads to.
   */
  private async tenantIssuer(exchange: TokenExchange, callback: URL, flow: OidcFlowSecrets): Promise<string> {
    const { issuer } = this.provider.metadata;
    const withoutIssuer = new URL(callback);
    withoutIssuer.searchParams.delete('iss');
    exchange.holdBackIdToken();
    await oidc.authorizationCodeGrant(await this.configuration(exchange, issuer), withoutIssuer, codeChecks(flow));
    return issuerOfTenant(issuer, exchange.answerAgain());
  }

  private async configuration(exchange: TokenExchange, issuer: string): Promise<oidc.Configuration> {
    const { clientId } = this.settings;
    const config = new oidc.Configuration(
      { ...this.provider.metadata, issuer },
      clientId,
      { [oidc.clockTolerance]: SKEW_SECONDS },
      await clientAuthOf(this.settings, this.tokenEndpoint),
    );
    config[oidc.customFetch] = exchange.fetch;
    oidc.enableNonRepudiationChecks(config);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- OutboundHttp refuses plain http, but for hosts that the operator allows
    oidc.allowInsecureRequests(config);
    return config;
  }

  /** Asked only where something is missing. openid-client refuses an answer about another subject (Core 5.3.4). */
  private async userinfo(
    config: oidc.Configuration,
    idToken: oidc.IDToken,
    accessToken: string,
  ): Promise<oidc.UserInfoResponse | null> {
    const { claims, quirks } = this.settings;
    const wanted = quirks.leavesNameToUserinfo ? [claims.email, claims.name] : [claims.email];
    const isComplete = wanted.every((claim) => textOrNull(idToken[claim]) !== null);
    if (isComplete || this.provider.metadata.userinfo_endpoint === undefined) return null;
    return oidc.fetchUserInfo(config, accessToken, idToken.sub);
  }

  /** The email and the word on it both come from one answer: one half of each would be a claim that nobody made. */
  private proofOf(idToken: oidc.IDToken, userinfo: oidc.UserInfoResponse | null): ProviderProof {
    const { claims: names, quirks } = this.settings;
    const hasEmail = textOrNull(idToken[names.email]) !== null;
    const about: Readonly<Record<string, unknown>> = hasEmail ? idToken : (userinfo ?? idToken);
    const verified = wordOn(names.emailVerified, about);
    const claims: Readonly<Record<string, unknown>> = { ...userinfo, ...idToken };
    return {
      issuer: idToken.iss,
      subject: idToken.sub,
      email: textOrNull(about[names.email]),
      emailVerified: quirks.verifiedAsText && verified === 'true' ? true : verified,
      name: textOrNull(claims[names.name]),
      claims,
    };
  }
}

/** What the first claim says, of whatever type, unless another contradicts it. */
function wordOn([decisive = '', ...others]: readonly string[], about: Readonly<Record<string, unknown>>): unknown {
  const isDenied = others.some((claim) => claim in about && about[claim] !== true);
  return isDenied ? false : about[decisive];
}

/** What is checked of every answer to a code, whatever comes with it. */
function codeChecks({ state, verifier }: OidcFlowSecrets): oidc.AuthorizationCodeGrantChecks {
  return { expectedState: state, ...(verifier === null ? {} : { pkceCodeVerifier: verifier }) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
