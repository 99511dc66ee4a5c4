import type { CustomFetch } from 'openid-client';
import type { Stage } from './explain-refusal.js';
import { readHeader, type IdTokenHeader } from './id-token.js';
import type { Fetch } from './outbound-fetch.js';
import type { ProviderMetadata } from './provider-metadata.js';
import type { SigningKeys } from './signing-keys.js';

/**
 * The requests of one code exchange, as openid-client makes them. It stands between the two: the ID token's header is
 * looked at before anything else is fetched, and the keys come from those that are kept for all sign-ins.
 */
export class TokenExchange {
  private reached: Stage = 'callback';
  private idTokenHeader: IdTokenHeader | null = null;

  constructor(
    private readonly outbound: Fetch,
    private readonly metadata: ProviderMetadata,
    private readonly keys: SigningKeys,
  ) {}

  get stage(): Stage {
    return this.reached;
  }

  /** Of the ID token; empty before there is one. */
  get header(): IdTokenHeader {
    return this.idTokenHeader ?? { alg: '', kid: undefined };
  }

  readonly fetch: CustomFetch = async (url, options) => {
    if (options.method === 'POST') return this.askForTokens(url, options);
    if (url === this.metadata.jwks_uri) return this.answerWithKeys();
    this.reached = 'userinfo';
    return this.outbound(url, options);
  };

  private async askForTokens(...[url, options]: Parameters<CustomFetch>): Promise<Response> {
    this.reached = 'token';
    const response = await this.outbound(url, options);
    this.reached = 'idToken';
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    if (body !== null && typeof body === 'object' && 'id_token' in body) this.idTokenHeader = readHeader(body.id_token);
    return response;
  }

  private async answerWithKeys(): Promise<Response> {
    if (this.reached === 'idToken') this.reached = 'signature';
    return Response.json(await this.keys.find(this.outbound, this.metadata.jwks_uri, this.header.kid));
  }
}
