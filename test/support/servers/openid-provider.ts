import { exportJWK, generateKeyPair } from 'jose';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdapterPayload, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { base as usualPrompts, Check } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import { CookieJar } from './cookie-jar.js';
import { createClient, redirectTarget, type HttpAnswer } from './http-client.js';
import { readBody, sendHtml, startLoopbackHttp } from './loopback-http.js';
import { messagePage, signInPage, signOutPage, type OpenIdAccount } from './openid-provider-pages.js';
import { memoryStore } from './openid-provider-store.js';
import { unescapeHtml } from './page.js';

export type { OpenIdAccount } from './openid-provider-pages.js';

export interface OpenIdClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  /** `client_secret_basic` by default. */
  readonly tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post';
  /** `required` by default; `optional` stands for a provider of before RFC 9700. */
  readonly pkce?: 'required' | 'optional';
}

export interface OpenIdProviderOptions {
  /** What a person reads on its pages, such as `Acme's Okta`. */
  readonly name: string;
  readonly clients: readonly OpenIdClient[];
  readonly accounts: readonly OpenIdAccount[];
  /** A free one by default. */
  readonly port?: number;
}

export interface OpenIdProvider {
  readonly issuer: string;
  /** The same as the issuer: it stands at the root of its origin. */
  readonly url: string;
  readonly port: number;
  readonly clients: readonly OpenIdClient[];
  /** Adds a client, or replaces the one of that id, from the next request on. */
  registerClient(client: OpenIdClient): void;
  /** Replaces everyone that it knows, from the next request on. */
  setAccounts(accounts: readonly OpenIdAccount[]): void;
  stop(): Promise<void>;
}

/**
 * A real OpenID provider on 127.0.0.1: code flow, PKCE, RS256, `sub email email_verified name` in the ID token.
 * A person picks an account with one click and is back at the relying party; consent is given for them.
 */
export async function startOpenIdProvider(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const clients = new Map(options.clients.map((client) => [client.clientId, client]));
  let accounts = options.accounts;
  const directory: Directory = { name: options.name, clients, accounts: () => accounts };
  const jwks = { keys: [await signingKey()] };

  const server = await startLoopbackHttp(options.port ?? 0, (issuer) => {
    const provider = new Provider(issuer, { ...configuration(directory, new URL(issuer).port), jwks });
    provider.use(holdToRegisteredMethod(clients));
    const answer = provider.callback();
    return (request, response) =>
      request.url?.startsWith('/interaction/')
        ? interact(provider, directory, request, response)
        : answer(request, response);
  });

  return {
    issuer: server.origin,
    url: server.origin,
    port: server.port,
    get clients() {
      return [...clients.values()];
    },
    registerClient: (client) => void clients.set(client.clientId, client),
    setAccounts: (replacement) => void (accounts = replacement),
    stop: () => server.stop(),
  };
}

/**
 * Does what a person does at the provider: opens the authorization URL, picks the account, and comes back.
 * @param cookies of a browser that has been there before; a new browser by default
 * @returns the URL that leads back to the relying party, not yet visited
 */
export async function signInAtProvider(
  authorizationUrl: string,
  account: Pick<OpenIdAccount, 'sub'>,
  cookies: CookieJar = new CookieJar(),
): Promise<string> {
  const browser = createClient(new URL(authorizationUrl).origin, { cookies });
  const page = await browser.follow(await browser.get(authorizationUrl));
  const target = redirectTarget(page);
  if (target !== null) return target;

  const back = await browser.follow(await browser.postForm(formAction(page, account.sub), { account: account.sub }));
  const callback = redirectTarget(back);
  if (callback === null) throw new Error(`The provider did not send the browser back: ${back.status} ${back.text}`);
  return callback;
}

function formAction(page: HttpAnswer, sub: string): string {
  const offered = [...page.text.matchAll(/name="account" value="([^"]*)"/g)].map(([, value = '']) =>
    unescapeHtml(value),
  );
  const action = /<form method="post" action="([^"]+)">/.exec(page.text)?.[1];
  if (!action || !offered.includes(sub)) {
    throw new Error(`The provider offers no account ${sub}: ${page.status} ${offered.join(', ') || page.text}`);
  }
  return new URL(unescapeHtml(action), page.url).href;
}

interface Directory {
  readonly name: string;
  readonly clients: ReadonlyMap<string, OpenIdClient>;
  readonly accounts: () => readonly OpenIdAccount[];
}

async function signingKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kty: 'RSA', kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function configuration({ name, clients, accounts }: Directory, port: string): Configuration {
  return {
    adapter: memoryStore((id) => metadataOf(clients.get(id))),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    // Cookies know no ports: without its own names, two providers on 127.0.0.1 would sign each other's people out.
    cookies: {
      keys: [randomUUID()],
      names: { session: `op_session_${port}`, interaction: `op_interaction_${port}`, resume: `op_resume_${port}` },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => void (ctx.body = signOutPage(name, form)),
        postLogoutSuccessSource: (ctx) => void (ctx.body = messagePage(name, 'You are signed out.')),
      },
    },
    findAccount: (_ctx, sub) => {
      const account = accounts().find((candidate) => candidate.sub === sub);
      return account && { accountId: sub, claims: () => claimsOf(account) };
    },
    interactions: { policy: alwaysAskWho(), url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: consentToEverything,
    pkce: { required: (_ctx, client) => clients.get(client.clientId)?.pkce !== 'optional' },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = messagePage(name, `${out.error}: ${out.error_description ?? ''}`);
    },
    responseTypes: ['code'],
    scopes: ['openid', 'email', 'profile', 'offline_access'],
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86_400, IdToken: 3600, Interaction: 3600, Session: 86_400 },
  };
}

function metadataOf(client: OpenIdClient | undefined): AdapterPayload | undefined {
  return (
    client && {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: [...client.redirectUris],
      post_logout_redirect_uris: [...(client.postLogoutRedirectUris ?? [])],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: client.tokenEndpointAuthMethod ?? 'client_secret_basic',
    }
  );
}

const claimsOf = ({ sub, email, emailVerified, name }: OpenIdAccount) => ({
  sub,
  email,
  email_verified: emailVerified,
  name,
});

/** The library takes a secret by either way; a company's provider takes it only as the client is registered. */
function holdToRegisteredMethod(clients: Directory['clients']) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    await next();
    if (`${ctx.method} ${ctx.path}` !== 'POST /token') return;
    const registered = clients.get(ctx.oidc.client?.clientId ?? '')?.tokenEndpointAuthMethod ?? 'client_secret_basic';
    const used = ctx.headers.authorization ? 'client_secret_basic' : 'client_secret_post';
    if (used === registered) return;
    ctx.status = 401;
    ctx.body = { error: 'invalid_client', error_description: `this client is registered for ${registered}` };
  };
}

/** A person may be somebody else each time, so being signed in here answers only `prompt=none`. */
function alwaysAskWho() {
  const prompts = usualPrompts();
  const ask = new Check('who', 'say who you are', 'login_required', ({ oidc }) => {
    return !oidc.result?.login && !oidc.promptPending('none');
  });
  prompts.get('login')?.checks.add(ask);
  return prompts;
}

async function consentToEverything({ oidc }: KoaContextWithOIDC) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  await grant.save();
  return grant;
}

/** The one page between the authorization request and the way back. */
async function interact(
  provider: Provider,
  { name, accounts }: Directory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response).catch(() => null);
  if (!interaction) {
    sendHtml(response, 400, messagePage(name, 'This sign-in has expired. Start again where you came from.'));
    return;
  }
  const form = request.method === 'POST' ? new URLSearchParams(await readBody(request)) : null;
  const chosen =
    form && accounts().find(({ sub, email }) => sub === form.get('account') || isSame(email, form.get('email')));
  if (chosen) {
    await forgetSomebodyElse(provider, interaction, chosen);
    await provider.interactionFinished(request, response, { login: { accountId: chosen.sub } });
    return;
  }
  const { login_hint: hint } = interaction.params;
  const email = form?.get('email') ?? (typeof hint === 'string' ? hint : '');
  const action = `/interaction/${interaction.uid}`;
  const problem = form ? { problem: 'Nobody here has that address.' } : {};
  sendHtml(response, 200, signInPage({ provider: name, accounts: accounts(), action, email, ...problem }));
}

const isSame = (email: string, typed: string | null): boolean => email.toLowerCase() === typed?.toLowerCase();

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Signs out whoever was here before: the provider would otherwise ask that first, with a page that needs JavaScript. */
async function forgetSomebodyElse(provider: Provider, interaction: Interaction, chosen: OpenIdAccount): Promise<void> {
  const { session } = interaction;
  if (!session || session.accountId === chosen.sub) return;
  const signedIn = await provider.Session.findByUid(session.uid);
  await signedIn?.destroy();
  delete interaction.session;
  await interaction.persist();
}
