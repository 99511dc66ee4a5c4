import type { JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  HostileEndpoints,
  personHeader,
  type EndpointAnswer,
  type HostilePerson,
  type ProviderState,
  type ReceivedRequest,
} from './hostile-endpoints.js';
import { sendFaulty } from './hostile-faults.js';
import { secondsFromNow, type JwtMisbehaviour, type Misbehaviour } from './hostile-misbehaviour.js';
import { makeKeyPairs, makeKeyRing, publicJwk, signJwt } from './hostile-tokens.js';
import { readBody, sendJson, startLoopbackHttp } from './loopback-http.js';

export type { HostilePerson, ReceivedRequest } from './hostile-endpoints.js';
export {
  secondsFromNow,
  type Fault,
  type JwtMisbehaviour,
  type JwtSignature,
  type Misbehaviour,
} from './hostile-misbehaviour.js';

export interface HostileProviderOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Added to the origin to make the issuer: nothing by default; `/` for a trailing slash, as Auth0 has it. */
  readonly issuerPath?: string;
  /** A free one by default. */
  readonly port?: number;
}

/**
 * An OpenID provider that is correct until told otherwise. It asks nobody who they are: the authorization endpoint sends
 * the browser straight back. What it receives it checks (client, redirect URI, code, PKCE) and keeps in `requests`.
 */
export interface HostileProvider {
  readonly issuer: string;
  readonly port: number;
  /** Every request, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** The requests for one path, such as `/token` (also `/jwks`, `/authorize`, `/userinfo`, `/attacker/jwks`). */
  requestsTo(path: string): readonly ReceivedRequest[];
  /** For `jku` and `x5u`: it would answer, and nobody should ever ask. */
  readonly attackerJwksUrl: string;
  /** The public half of the key behind the signature `unpublished key`, RS256. */
  readonly attackerJwk: JWK;
  /** Whom it signs in from now on, where `authorize` does not say. Alice of acme.test at first. */
  signInAs(who: Partial<HostilePerson>): void;
  /** Adds to the misbehaviour: a group that is named replaces that group. */
  misbehave(misbehaviour: Misbehaviour): void;
  /** Correct again, with Alice as the person and nothing received. Keys, codes and tokens stay. */
  reset(): void;
  /** Signs with new keys from now on, and publishes only those. */
  rotateKeys(): Promise<void>;
  /**
   * Does what a browser does with the URL that the relying party sent it to.
   * @returns the callback URL that it is sent on to, not visited
   */
  authorize(authorizationUrl: string, who?: Partial<HostilePerson>): Promise<string>;
  /** A back-channel logout token for a person (OpenID Connect Back-Channel Logout 1.0, 2.4), correct or bent. */
  logoutToken(who: Pick<HostilePerson, 'sub'>, misbehaviour?: JwtMisbehaviour): string;
  stop(): Promise<void>;
}

const alice: HostilePerson = { sub: 'alice-0001', email: 'alice@acme.test', email_verified: true, name: 'Alice' };

export async function startHostileProvider(options: HostileProviderOptions): Promise<HostileProvider> {
  const { clientId, clientSecret, issuerPath = '', port = 0 } = options;
  const ring = await makeKeyRing();
  const attackerJwk = await publicJwk(ring.unpublished.RS256);
  const requests: ReceivedRequest[] = [];
  const asStarted = { misbehaviour: {}, person: alice };
  const state: ProviderState = { origin: '', issuer: '', clientId, clientSecret, ring, ...asStarted };

  const server = await startLoopbackHttp(port, (origin) => {
    Object.assign(state, { origin, issuer: origin + issuerPath });
    const routes = routesOf(state, attackerJwk);
    return async (request, response) => {
      const received = await receive(request, origin);
      requests.push(received);
      const route = routes[`${received.method} ${received.path}`];
      send(response, route ? await route(received) : { status: 404, error: 'not_found' });
    };
  });

  return {
    issuer: state.issuer,
    port: server.port,
    requests,
    requestsTo: (path) => requests.filter((request) => request.path === path),
    attackerJwksUrl: `${server.origin}/attacker/jwks`,
    attackerJwk,
    signInAs: (who) => {
      state.person = { ...state.person, ...who };
    },
    misbehave: (misbehaviour) => {
      state.misbehaviour = { ...state.misbehaviour, ...misbehaviour };
    },
    reset: () => {
      Object.assign(state, asStarted);
      requests.length = 0;
    },
    rotateKeys: async () => {
      ring.signing = await makeKeyPairs();
    },
    authorize: (url, who = {}) => authorize(url, { ...state.person, ...who }),
    logoutToken: ({ sub }, misbehaviour) => logoutToken(state, sub, misbehaviour),
    stop: () => server.stop(),
  };
}

type Route = (request: ReceivedRequest) => EndpointAnswer | Promise<EndpointAnswer>;

function routesOf(state: ProviderState, attackerJwk: JWK): Readonly<Record<string, Route>> {
  const endpoints = new HostileEndpoints(state);
  const issuerPath = new URL(state.issuer).pathname.replace(/\/$/, '');
  return {
    [`GET ${issuerPath}/.well-known/openid-configuration`]: () => endpoints.discovery(),
    'GET /jwks': () => endpoints.jwks(),
    'GET /attacker/jwks': () => ({ json: { keys: [attackerJwk] }, fault: undefined }),
    'GET /authorize': (request) => endpoints.authorize(request),
    'POST /token': (request) => endpoints.token(request),
    'GET /userinfo': (request) => endpoints.userinfo(request),
    'POST /userinfo': (request) => endpoints.userinfo(request),
  };
}

async function receive(request: IncomingMessage, origin: string): Promise<ReceivedRequest> {
  const { method = 'GET', headers, url = '/' } = request;
  const { pathname: path, searchParams: query } = new URL(url, origin);
  return { path, query, method, headers, body: await readBody(request) };
}

function send(response: ServerResponse, answer: EndpointAnswer): void {
  if ('json' in answer) sendFaulty(response, answer.json, answer.fault);
  else if ('location' in answer) response.writeHead(303, { location: answer.location }).end();
  else sendJson(response, answer.status, { error: answer.error });
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

function logoutToken(state: ProviderState, sub: string, misbehaviour: JwtMisbehaviour = {}): string {
  const correct = {
    iss: state.issuer,
    sub,
    aud: state.clientId,
    iat: secondsFromNow(0),
    exp: secondsFromNow(120),
    jti: randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
  const header = { typ: 'logout+jwt', ...misbehaviour.header };
  return signJwt(state.ring, state.clientSecret, correct, { ...misbehaviour, header });
}
