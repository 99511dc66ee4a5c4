import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { personHeader, type HostilePerson, type ReceivedRequest } from '../hostile-endpoints.js';
import { bend, secondsFromNow, type JwtMisbehaviour, type Members } from '../hostile-misbehaviour.js';
import { hashOfAccessToken, publishedKeys, signJwt, type KeyRing } from '../hostile-tokens.js';
import { readBody, sendJson, startLoopbackHttp } from '../loopback-http.js';
import type { TokenAnswer, VendorDifferences } from './vendor-differences.js';

export interface StandInClient {
  readonly clientId: string;
  /** Null for a public client, or one that has a key. */
  readonly clientSecret: string | null;
  /** The public half of the key of a client that proves itself by one. */
  readonly keys?: JSONWebKeySet;
}

/** A server that answers as one vendor does. */
export interface VendorStandIn {
  readonly port: number;
  readonly origin: string;
  /** As it is to be configured. */
  readonly issuer: string;
  readonly client: StandInClient;
  /** Every request, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** Claims, or a signature, that are otherwise from now on; nothing makes them right again. */
  bendIdToken(how: JwtMisbehaviour): void;
  /** `silent` answers nothing; `forgetful` knows the client no more. */
  become(state: 'up' | 'silent' | 'forgetful'): void;
  /** Does what a browser does with the address that it was sent to. @returns the callback URL that it is sent on to */
  authorize(authorizationUrl: string, who?: Partial<HostilePerson>): Promise<string>;
  stop(): Promise<void>;
}

interface Grant {
  readonly query: URLSearchParams;
  readonly person: HostilePerson;
}

interface State {
  bent: JwtMisbehaviour;
  condition: Parameters<VendorStandIn['become']>[0];
}

const ada: HostilePerson = { sub: 'ada', email: 'ada@acme.test', email_verified: true, name: 'Ada' };

/** @param ring may be shared: a key pair is what takes longest to make */
export async function startVendor(
  differs: VendorDifferences,
  client: StandInClient,
  ring: KeyRing,
): Promise<VendorStandIn> {
  const requests: ReceivedRequest[] = [];
  const state: State = { bent: {}, condition: 'up' };
  const server = await startLoopbackHttp(0, (origin) => {
    const vendor = new Vendor(origin, differs, client, ring, state);
    return async (request, response) => {
      const received = await receive(request, origin);
      requests.push(received);
      if (state.condition !== 'silent') await vendor.answer(received, response);
    };
  });
  return {
    port: server.port,
    origin: server.origin,
    issuer: server.origin + differs.issuer,
    client,
    requests,
    bendIdToken: (how) => void (state.bent = how),
    become: (condition) => void (state.condition = condition),
    authorize: (url, who = {}) => authorize(url, { ...ada, ...who }),
    stop: () => server.stop(),
  };
}

class Vendor {
  private readonly grants = new Map<string, Grant>();
  private readonly people = new Map<string, HostilePerson>();

  constructor(
    private readonly origin: string,
    private readonly differs: VendorDifferences,
    private readonly client: StandInClient,
    private readonly ring: KeyRing,
    private readonly state: Readonly<State>,
  ) {}

  async answer(request: ReceivedRequest, response: ServerResponse): Promise<void> {
    const { issuer, authorize, token, userinfo, jwks } = this.differs;
    if (request.path === `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
      sendJson(response, 200, this.description());
    else if (request.path === jwks) sendJson(response, 200, { keys: await publishedKeys(this.ring, 'RS256') });
    else if (request.path === authorize) response.writeHead(302, { location: this.authorize(request) }).end();
    else if (request.path === token) await this.token(request, response);
    else if (request.path === userinfo) this.userinfo(request, response);
    else sendJson(response, 404, { error: 'not_found' });
  }

  private description(): Members {
    const { describedAs, issuer, authorize, token, userinfo, jwks, signOut, discovery, tokenAuth } = this.differs;
    return {
      issuer: this.origin + (describedAs ?? issuer),
      authorization_endpoint: this.origin + authorize,
      token_endpoint: this.origin + token,
      userinfo_endpoint: this.origin + userinfo,
      jwks_uri: this.origin + jwks,
      ...(signOut === undefined ? {} : { end_session_endpoint: this.origin + signOut }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: tokenAuth,
      code_challenge_methods_supported: ['S256'],
      ...discovery,
    };
  }

  private authorize({ query, headers }: ReceivedRequest): string {
    const callback = new URL(query.get('redirect_uri') ?? '');
    const person = JSON.parse(decodeURIComponent(String(headers[personHeader]))) as HostilePerson;
    const code = randomBytes(16).toString('base64url');
    const isRequest = query.get('client_id') === this.client.clientId && query.get('response_type') === 'code';
    if (isRequest) this.grants.set(code, { query, person });
    if (isRequest) callback.searchParams.set('code', code);
    else callback.searchParams.set('error', 'unauthorized_client');
    callback.searchParams.set('state', query.get('state') ?? '');
    if (this.differs.namesItself) callback.searchParams.set('iss', this.origin + this.differs.issuer);
    return callback.href;
  }

  private async token(request: ReceivedRequest, response: ServerResponse): Promise<void> {
    const answer = await this.answerTo(request, new URLSearchParams(request.body));
    sendJson(response, answer.status, answer.body);
  }

  private async answerTo(request: ReceivedRequest, form: URLSearchParams): Promise<TokenAnswer> {
    const { refusals } = this.differs;
    const isKnown = this.state.condition !== 'forgetful' && (await this.isClient(request, form));
    if (!isKnown) return refusals.client;
    const grant = this.redeem(form);
    if (!grant) return refusals.code;
    const accessToken = randomBytes(24).toString('base64url');
    this.people.set(accessToken, grant.person);
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 3599,
      scope: grant.query.get('scope') ?? '',
      id_token: this.idToken(grant, accessToken),
    };
    return { status: 200, body };
  }

  private idToken({ query, person }: Grant, accessToken: string): string {
    const { idToken, issuer, tokenIssuer, namesAccessToken, listsAudience } = this.differs;
    const { clientId, clientSecret } = this.client;
    const claims: Members = {
      iss: this.origin + (tokenIssuer ?? issuer),
      sub: person.sub,
      aud: listsAudience ? [clientId] : clientId,
      iat: secondsFromNow(0),
      exp: secondsFromNow(3600),
      nonce: query.get('nonce') ?? undefined,
      ...(namesAccessToken ? { at_hash: hashOfAccessToken(accessToken) } : {}),
      ...idToken(person),
    };
    return signJwt(this.ring, clientSecret ?? '', claims, this.state.bent);
  }

  private userinfo({ headers }: ReceivedRequest, response: ServerResponse): void {
    const person = this.people.get(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    if (!person) sendJson(response, 401, { error: 'invalid_token' });
    else sendJson(response, 200, bend({ sub: person.sub, ...this.differs.userinfoClaims(person) }));
  }

  /** By one way that this vendor takes, and by that alone (RFC 6749 2.3). */
  private async isClient({ headers }: ReceivedRequest, form: URLSearchParams): Promise<boolean> {
    const { clientId, clientSecret } = this.client;
    const { tokenAuth } = this.differs;
    const assertion = form.get('client_assertion');
    const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (assertion !== null) return tokenAuth.includes('private_key_jwt') && this.isAssertion(assertion, form);
    if (basic !== undefined) {
      const halves = Buffer.from(basic, 'base64').toString('utf8').split(':');
      const [id, secret] = halves.map((half) => new URLSearchParams(`half=${half}`).get('half'));
      return tokenAuth.includes('client_secret_basic') && id === clientId && secret === clientSecret;
    }
    if (form.get('client_id') !== clientId) return false;
    return form.has('client_secret')
      ? tokenAuth.includes('client_secret_post') && form.get('client_secret') === clientSecret
      : tokenAuth.includes('none') && clientSecret === null && this.client.keys === undefined;
  }

  /** RFC 7523 3. */
  private async isAssertion(assertion: string, form: URLSearchParams): Promise<boolean> {
    const { keys, clientId } = this.client;
    const { assertionAudience, issuer, token } = this.differs;
    const audience = this.origin + (assertionAudience === 'token endpoint' ? token : issuer);
    if (!keys || form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return false;
    return jwtVerify(assertion, createLocalJWKSet(keys), {
      issuer: clientId,
      subject: clientId,
      audience,
      requiredClaims: ['exp', 'jti'],
    }).then(
      () => true,
      () => false,
    );
  }

  /** A code serves once, and only whoever asked for it (RFC 6749 4.1.3, RFC 7636 4.6). */
  private redeem(form: URLSearchParams): Grant | null {
    const code = form.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    if (grant?.query.get('redirect_uri') !== (form.get('redirect_uri') ?? '')) return null;
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return grant.query.get('code_challenge') === digest ? grant : null;
  }
}

async function receive(request: IncomingMessage, origin: string): Promise<ReceivedRequest> {
  const { method = 'GET', headers, url = '/' } = request;
  const { pathname: path, searchParams: query } = new URL(url, origin);
  return { path, query, method, headers, body: await readBody(request) };
}

async function authorize(authorizationUrl: string, person: HostilePerson): Promise<string> {
  const response = await fetch(authorizationUrl, {
    redirect: 'manual',
    headers: { [personHeader]: encodeURIComponent(JSON.stringify(person)) },
  });
  const callback = response.headers.get('location');
  if (callback === null) throw new Error(`No way back: ${response.status} ${await response.text()}`);
  return callback;
}
