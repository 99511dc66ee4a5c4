import type { Request } from 'express';
import type { SignInMethod } from '../../policy/proof.js';
import type { GithubClientService } from '../../sso/protocols/github/github-client.service.js';
import type { OidcClientService } from '../../sso/protocols/oidc/oidc-client.service.js';
import type { SamlClientService } from '../../sso/protocols/saml/saml-client.service.js';
import type { Protocol, SourceOf } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import type { FlowPurpose } from '../login-flow/login-flow.types.js';
import type { LoginFlow } from '../login-flow/login-flow.service.js';

/** Which half of a sign-in a strategy is made for. A visitor's query does not decide it. */
export type Half = { readonly begin: Beginning } | { readonly finish: URLSearchParams };

export interface Beginning {
  readonly loginHint: string | null;
  /** `anew`: the person is to prove themselves to the provider once more, whoever is signed in there. */
  readonly prove: 'asUsual' | 'anew';
}

/** What a finished sign-in gives beside its proof. */
export interface FinishedInfo {
  readonly returnTo: string;
  readonly purpose: FlowPurpose;
}

/** The login flow of one visit, as a strategy may use it. */
export interface FlowAccess {
  /** The redirect URI of this visit. */
  readonly callbackUrl: string;
  /** Where a strategy notes how far it has come. */
  readonly trace: Pick<SignInTraceLog, 'reached'>;
  /** Remembers a sign-in that begins, and gives its `state`. */
  readonly open: (begun: Pick<LoginFlow, 'nonce' | 'verifier'>) => Promise<string>;
  /** Uses up the sign-in of this `state`. @throws ProviderRefusal */
  readonly take: (state: string) => Promise<LoginFlow>;
}

/** Who speaks with providers, by protocol. */
export interface ProviderClients {
  readonly oidc: OidcClientService;
  readonly github: GithubClientService;
  readonly saml: SamlClientService;
}

/** The one method of a Passport strategy that is its own; `runStrategy` hangs the others on it. */
export interface PassportStrategy {
  authenticate(request: Request): void;
}

/** How people sign in by one protocol. */
export interface ProtocolStrategy<P extends Protocol> {
  /** What their sessions are said to be opened by. */
  readonly method: SignInMethod;
  /** A strategy for one request. @throws ProviderRefusal where the provider is needed for that, and can't be reached */
  readonly make: (
    source: SourceOf<P>,
    flow: FlowAccess,
    half: Half,
    clients: ProviderClients,
  ) => Promise<PassportStrategy>;
}
