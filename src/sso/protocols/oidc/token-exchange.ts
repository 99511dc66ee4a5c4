import type { CustomFetch } from 'openid-client';
import type { Stage } from './explain-refusal.js';
import { readHeader, type IdTokenHeader } from './id-token.js';
import type { Fetch } from '../outbound-fetch.js';
import type { OnExchanged } from './relying-party.types.js';
import type { ProviderMetadata } from './provider-metadata.js';
import type { SigningKeys } from './signing-keys.js';

/**
 * The requests of one code exchange, as openid-client makes them. It stands between the two: the ID token's header is
 * looked at before anything else is fetched, and the keys come from those that are kept for all sign-ins.
 */
export class TokenExchange {
  private reached: Stage = 'callback';
  private idTokenHeader: IdTokenHeader | null = null;
  private isHeldBack = false;
  private held: Response | null = null;
  private idToken: unknown = null;

  constructor(
    private readonly outbound: Fetch,
    private readonly metadata: ProviderMetadata,
    private readonly keys: SigningKeys,
    private readonly onExchanged: OnExchanged,
  ) {}

  get stage(): Stage {
    return this.reached;
  }

  /** Of the ID token; empty before there is one. */
  get header(): IdTokenHeader {
    return this.idTokenHeader ?? { alg: '', kid: undefined };
  }

  /** From now on the answer of the token endpoint is given without its ID token. */
  holdBackIdToken(): void {
    this.isHeldBack = true;
  }

  /** The next exchange gets the whole answer that the last one got a part of: a code serves once. @returns the ID token */
  answerAgain(): unknown {
    this.isHeldBack = false;
    return this.idToken;
  }

  readonly fetch: CustomFetch = async (url, options) => {
    if (options.method === 'POST') return this.askForTokens(url, options);
    if (url === this.metadata.jwks_uri) return this.answerWithKeys();
    this.reached = 'userinfo';
    return this.outbound(url, options);
  };

  private async askForTokens(...request: Parameters<CustomFetch>): Promise<Response> {
    if (this.held) return this.held;
    this.reached = 'token';
    const response = await this.outbound(...request);
    this.reached = 'idToken';
    if (response.ok) this.onExchanged();
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    if (body === null || typeof body !== 'object' || !('id_token' in body)) return response;
    const { id_token: idToken, ...rest } = body;
    this.idTokenHeader = readHeader(idToken);
    if (!this.isHeldBack) return response;
    this.held = response;
    this.idToken = idToken;
    return Response.json(rest, { status: response.status });
  }

  private async answerWithKeys(): Promise<Response> {
    if (this.reached === 'idToken') this.reached = 'signature';
    return Response.json(await this.keys.find(this.outbound, this.metadata.jwks_uri, this.header.kid));
  }
}
