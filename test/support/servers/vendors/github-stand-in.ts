import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReceivedRequest } from '../hostile-endpoints.js';
import { readBody, sendJson, startLoopbackHttp } from '../loopback-http.js';
import type { StandInClient } from './vendor-stand-in.js';

/** An account, as GitHub's API tells of it. */
export interface GithubAccount {
  readonly id: unknown;
  readonly login: string;
  readonly name: string | null;
  readonly emails: unknown;
}

/** What one answer is instead: its status and its body, which is sent as it is. */
interface Instead {
  readonly status: number;
  readonly body: string;
}

/** GitHub Enterprise Server on loopback: OAuth 2 and the two addresses of its API that a sign-in needs. */
export interface GithubStandIn {
  readonly port: number;
  readonly origin: string;
  readonly client: StandInClient;
  readonly requests: readonly ReceivedRequest[];
  /** Answers a path otherwise from now on. */
  answer(path: string, instead: Instead): void;
  become(state: 'up' | 'silent'): void;
  /** As it was at first, with nothing received. */
  reset(): void;
  /** Does what a browser does with the address that it was sent to. @returns the callback URL that it is sent on to */
  authorize(authorizationUrl: string, who?: Partial<GithubAccount>): Promise<string>;
  stop(): Promise<void>;
}

interface Grant {
  readonly query: URLSearchParams;
  readonly account: GithubAccount;
}

const mona: GithubAccount = {
  id: 583231,
  login: 'mona',
  name: 'Mona',
  emails: [{ email: 'mona@acme.test', primary: true, verified: true, visibility: 'private' }],
};

export async function startGithub(client: StandInClient): Promise<GithubStandIn> {
  const requests: ReceivedRequest[] = [];
  const otherwise = new Map<string, Instead>();
  const state = { isSilent: false };
  const github = new Github(client);
  const server = await startLoopbackHttp(0, (origin) => async (request, response) => {
    const received = await receive(request, origin);
    requests.push(received);
    const instead = otherwise.get(received.path);
    if (state.isSilent) return;
    if (instead) response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body);
    else github.answer(received, response);
  });
  return {
    port: server.port,
    origin: server.origin,
    client,
    requests,
    answer: (path, instead) => void otherwise.set(path, instead),
    become: (next) => void (state.isSilent = next === 'silent'),
    reset: () => {
      otherwise.clear();
      state.isSilent = false;
      requests.length = 0;
    },
    authorize: (url, who = {}) => Promise.resolve(github.authorize(new URL(url), { ...mona, ...who })),
    stop: () => server.stop(),
  };
}

class Github {
  private readonly grants = new Map<string, Grant>();
  private readonly tokens = new Map<string, Grant>();

  constructor(private readonly client: StandInClient) {}

  /** The pages behind it ask for a password and a consent; a browser comes back from them with a code. */
  authorize({ pathname, searchParams: query }: URL, account: GithubAccount): string {
    const callback = new URL(query.get('redirect_uri') ?? '');
    const code = randomBytes(10).toString('hex');
    const isRequest = pathname === '/login/oauth/authorize' && query.get('client_id') === this.client.clientId;
    if (isRequest) this.grants.set(code, { query, account });
    if (isRequest) callback.searchParams.set('code', code);
    else callback.searchParams.set('error', 'application_suspended');
    callback.searchParams.set('state', query.get('state') ?? '');
    return callback.href;
  }

  answer(request: ReceivedRequest, response: ServerResponse): void {
    if (request.path === '/login/oauth/access_token') this.exchange(request, response);
    else if (request.path === '/api/v3/user')
      this.api(request, response, ({ id, login, name }) => ({ id, login, name, email: null }));
    else if (request.path === '/api/v3/user/emails') this.api(request, response, ({ emails }) => emails, 'user:email');
    else sendJson(response, 404, { message: 'Not Found' });
  }

  /** Always 200; a form unless JSON was asked for. */
  private exchange({ body, headers }: ReceivedRequest, response: ServerResponse): void {
    const answer = this.grantFor(new URLSearchParams(body));
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    if (headers.accept?.includes('application/json')) sendJson(response, 200, answer);
    else response.writeHead(200, form).end(new URLSearchParams(answer).toString());
  }

  private grantFor(form: URLSearchParams): Record<string, string> {
    const { clientId, clientSecret } = this.client;
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return refusal('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
    const code = form.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.query.get('code_challenge') !== challenge)
      return refusal('bad_verification_code', 'The code passed is incorrect or expired.');
    if (form.get('redirect_uri') !== grant.query.get('redirect_uri'))
      return refusal('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.');
    const token = `gho_${randomBytes(18).toString('hex')}`;
    this.tokens.set(token, grant);
    const scope = (grant.query.get('scope') ?? '').split(' ').join(',');
    return { access_token: token, scope, token_type: 'bearer' };
  }

  private api(
    { headers }: ReceivedRequest,
    response: ServerResponse,
    told: (account: GithubAccount) => unknown,
    scope?: string,
  ): void {
    const grant = this.tokens.get(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    const isNamed = !/^(undici|node)?$/.test(headers['user-agent'] ?? '');
    const scopes = (grant?.query.get('scope') ?? '').split(' ');
    if (!isNamed) sendJson(response, 403, { message: 'Request forbidden by administrative rules.' });
    else if (!grant) sendJson(response, 401, { message: 'Bad credentials' });
    else if (scope === undefined || scopes.includes(scope)) sendJson(response, 200, told(grant.account));
    else sendJson(response, 404, { message: 'Not Found' });
  }
}

function refusal(error: string, description: string): Record<string, string> {
  return { error, error_description: description, error_uri: '/apps/troubleshooting' };
}

async function receive(request: IncomingMessage, origin: string): Promise<ReceivedRequest> {
  const { method = 'GET', headers, url = '/' } = request;
  const { pathname: path, searchParams: query } = new URL(url, origin);
  return { path, query, method, headers, body: await readBody(request) };
}
