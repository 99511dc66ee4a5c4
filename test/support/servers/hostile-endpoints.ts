import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { bend, secondsFromNow, type Fault, type Members, type Misbehaviour } from './hostile-misbehaviour.js';
import { hashOfAccessToken, publishedKeys, signJwt, type KeyRing } from './hostile-tokens.js';

/** Whom the provider vouches for, as its claims say it. */
export interface HostilePerson {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
}

export interface ReceivedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What an endpoint answers: JSON, which a fault may spoil on the way out, or a redirect, or a refusal. */
export type EndpointAnswer =
  | { readonly json: unknown; readonly fault: Fault | undefined }
  | { readonly location: string }
  | { readonly status: number; readonly error: string };

/** What is fixed about a provider, and what tests change while it runs. */
export interface ProviderState {
  readonly origin: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ring: KeyRing;
  misbehaviour: Misbehaviour;
  person: HostilePerson;
}

/** Name of the header by which the person is chosen for one authorization request. */
export const personHeader = 'x-person';

interface Grant {
  /** The authorization request. */
  readonly query: URLSearchParams;
  readonly person: HostilePerson;
}

/** The five endpoints of the code flow: correct, then bent as `state.misbehaviour` says. */
export class HostileEndpoints {
  private readonly grants = new Map<string, Grant>();
  private readonly accessTokens = new Map<string, HostilePerson>();

  constructor(private readonly state: ProviderState) {}

  discovery(): EndpointAnswer {
    const { members, without, fault } = this.state.misbehaviour.discovery ?? {};
    const { origin, issuer } = this.state;
    const correct = {
      issuer,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      userinfo_endpoint: `${origin}/userinfo`,
      jwks_uri: `${origin}/jwks`,
      scopes_supported: ['openid', 'email', 'profile'],
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
    return { json: bend(correct, members, without), fault };
  }

  async jwks(): Promise<EndpointAnswer> {
    const { jwks, idToken } = this.state.misbehaviour;
    return {
      json: { keys: await publishedKeys(this.state.ring, idToken?.algorithm ?? 'RS256', jwks) },
      fault: jwks?.fault,
    };
  }

  /** Asks nobody anything: the browser goes straight back, with a code or an error (RFC 6749 4.1.2, RFC 9207). */
  authorize({ query, headers }: ReceivedRequest): EndpointAnswer {
    const { issuer, clientId, misbehaviour, person } = this.state;
    const { iss = [issuer], state = query.getAll('state'), codes = 1, pkce, error } = misbehaviour.authorization ?? {};
    const redirectUri = query.get('redirect_uri');
    if (query.get('client_id') !== clientId || !redirectUri) return { status: 400, error: 'invalid_request' };

    const refusal = error ?? refusalOf(query, pkce ?? 'required');
    const code = refusal ? [] : [this.grant({ query, person: personIn(headers) ?? person })];
    const callback = new URL(redirectUri);
    const append = (name: string, values: readonly string[]) =>
      values.forEach((value) => callback.searchParams.append(name, value));
    append('error', refusal ? [refusal] : []);
    append('code', [...code, ...code.flatMap(() => Array.from({ length: codes - 1 }, () => randomUUID()))]);
    append('state', state);
    append('iss', iss);
    return { location: callback.href };
  }

  token({ headers, body }: ReceivedRequest): EndpointAnswer {
    const { error, members, without, fault } = this.state.misbehaviour.token ?? {};
    const form = new URLSearchParams(body);
    if (error) return { status: 400, error };
    if (!isClient(this.state, headers, form)) return { status: 401, error: 'invalid_client' };
    if (form.get('grant_type') !== 'authorization_code') return { status: 400, error: 'unsupported_grant_type' };
    const grant = this.redeem(form);
    if (!grant) return { status: 400, error: 'invalid_grant' };

    const accessToken = randomBytes(24).toString('base64url');
    this.accessTokens.set(accessToken, grant.person);
    const correct = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: grant.query.get('scope') ?? '',
      id_token: this.idToken(grant, accessToken),
    };
    return { json: bend(correct, members, without), fault };
  }

  userinfo({ headers }: ReceivedRequest): EndpointAnswer {
    const { claims, without, fault } = this.state.misbehaviour.userinfo ?? {};
    const person = this.accessTokens.get(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    if (!person) return { status: 401, error: 'invalid_token' };
    return { json: bend({ ...person }, claims, without), fault };
  }

  private grant(grant: Grant): string {
    const code = randomBytes(24).toString('base64url');
    this.grants.set(code, grant);
    return code;
  }

  /** A code serves once, and only whoever asked for it. */
  private redeem(form: URLSearchParams): Grant | null {
    const code = form.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    if (!grant) return null;
    const isSameRedirect = form.get('redirect_uri') === grant.query.get('redirect_uri');
    return isSameRedirect && provesPossession(grant.query, form.get('code_verifier')) ? grant : null;
  }

  private idToken({ query, person }: Grant, accessToken: string): string {
    const { issuer, clientId, clientSecret, ring, misbehaviour } = this.state;
    const correct: Members = {
      ...person,
      iss: issuer,
      aud: clientId,
      iat: secondsFromNow(0),
      exp: secondsFromNow(300),
      nonce: query.get('nonce') ?? undefined,
      at_hash: hashOfAccessToken(accessToken),
    };
    return signJwt(ring, clientSecret, correct, misbehaviour.idToken);
  }
}

function personIn(headers: IncomingHttpHeaders): HostilePerson | null {
  const person = headers[personHeader];
  return typeof person === 'string' ? (JSON.parse(decodeURIComponent(person)) as HostilePerson) : null;
}

function refusalOf(query: URLSearchParams, pkce: 'required' | 'optional'): string | null {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!query.get('scope')?.split(' ').includes('openid')) return 'invalid_scope';
  const isProtected = query.get('code_challenge_method') === 'S256' && query.has('code_challenge');
  return isProtected || pkce === 'optional' ? null : 'invalid_request';
}

/** RFC 6749 2.3.1: by Basic, each half form-encoded, or in the form; never both. */
function isClient(state: ProviderState, { authorization }: IncomingHttpHeaders, form: URLSearchParams): boolean {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined)
    return form.get('client_id') === state.clientId && form.get('client_secret') === state.clientSecret;

  const halves = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const [id, secret] = halves.map((half) => new URLSearchParams(`half=${half}`).get('half'));
  return id === state.clientId && secret === state.clientSecret && !form.has('client_secret');
}

/** RFC 7636 4.6. A verifier for a request that had no challenge is the mark of a downgrade (RFC 9700 2.1.1). */
function provesPossession(query: URLSearchParams, verifier: string | null): boolean {
  const challenge = query.get('code_challenge');
  if (challenge === null || verifier === null) return challenge === verifier;
  if (query.get('code_challenge_method') !== 'S256') return challenge === verifier;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
