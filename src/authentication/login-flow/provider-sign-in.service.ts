import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppError } from '../../platform/errors/app-error.js';
import { Logger } from '../../platform/logging/logger.js';
import { logProblem, toAppError } from '../../platform/http/problem.js';
import { callerOf } from '../../policy/current.decorators.js';
import type { OpenedSession } from '../../sessions/session.types.js';
import { GithubClientService } from '../../sso/protocols/github/github-client.service.js';
import { OidcClientService } from '../../sso/protocols/oidc/oidc-client.service.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sign-in-source.types.js';
import { AccountProofService } from '../account/account-proof.service.js';
import type { FlowPurpose } from './login-flow.types.js';
import { LoginFlowService } from './login-flow.service.js';
import { runStrategy, type StrategyResult } from './run-strategy.js';
import { signInRequest } from '../sign-in/sign-in-request.service.js';
import { SignInRefused } from '../sign-in/sign-in-refused.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { callbackParameters } from './callback-parameters.js';
import { strategies, strategyFor } from '../strategies/strategies.js';
import type { FinishedInfo, Half } from '../strategies/strategy.types.js';

/** A request for one step of a sign-in through a provider. */
export interface Visit {
  readonly request: Request;
  /** The provider or connection, as the address names it. */
  readonly key: string;
  /** Which of a provider's two redirect URIs belongs to the address that was visited. */
  readonly address: 'callbackUrl' | 'aliasCallbackUrl';
  /** What the flow cookie holds. */
  readonly browser: string | null;
}

/** What a visitor asks for who begins a sign-in; each part already checked. */
export interface Wish {
  readonly returnTo: string;
  readonly loginHint: string | null;
  /** The issuer that the visitor believes to be sent to; null for whichever it is. */
  readonly issuer: string | null;
  readonly purpose: FlowPurpose;
}

/** The one walk of every sign-in through somebody else, whatever the protocol. */
@Injectable()
export class ProviderSignInService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly oidc: OidcClientService,
    private readonly github: GithubClientService,
    private readonly flows: LoginFlowService,
    private readonly signIn: SignInService,
    private readonly account: AccountProofService,
    private readonly logger: Logger,
  ) {}

  /**
   * Begins a sign-in. @returns where to send the browser
   * @throws SignInRefused, with its reason on the trail
   */
  begin(visit: Visit & { readonly browser: string }, { returnTo, loginHint, issuer, purpose }: Wish): Promise<string> {
    return this.refusing(visit, async (source) => {
      if (issuer !== null && issuer !== source.settings.issuer)
        throw new ProviderRefusal('ISSUER_MISMATCH', 'begun for another issuer');
      const owner = { source, callbackUrl: source[visit.address], browser: visit.browser };
      const open = (begun: { nonce: string; verifier: string | null }) =>
        this.flows.open(owner, { ...begun, returnTo, purpose });
      const prove = purpose.for === 'confirm' ? 'anew' : 'asUsual';
      const result = await this.run(visit, source, { begin: { loginHint, prove } }, open);
      if (result.outcome !== 'redirect') throw failureOf(result);
      return result.url;
    });
  }

  /**
   * Finishes what was begun with what the provider sent the browser back with.
   * @returns `opened` null where the person was signed in already, and stays so
   * @throws SignInRefused, with its reason on the trail
   */
  finish(visit: Visit): Promise<{ opened: OpenedSession | null; returnTo: string }> {
    return this.refusing(visit, async (source) => {
      const result = await this.run(
        visit,
        source,
        { finish: callbackParameters(visit.request.originalUrl) },
        neverOpened,
      );
      if (result.outcome !== 'success') throw failureOf(result);
      const proof = result.user as ProviderProof;
      const { returnTo, purpose } = result.info as FinishedInfo;
      if (purpose.for !== 'signIn') {
        await this.account.use(purpose, callerOf(visit.request), source, proof);
        return { opened: null, returnTo };
      }
      return { opened: await this.signIn.completeWithIdentity(source, proof, signInRequest(visit.request)), returnTo };
    });
  }

  private async run(
    { request, address, browser }: Visit,
    source: SignInSource,
    half: Half,
    open: (begun: { nonce: string; verifier: string | null }) => Promise<string>,
  ): Promise<StrategyResult> {
    const callbackUrl = source[address];
    const take = (state: string) => this.flows.take(state, { source, callbackUrl, browser });
    const strategy = await strategyFor(source, { callbackUrl, open, take }, half, {
      oidc: this.oidc,
      github: this.github,
    });
    return runStrategy(strategy, request);
  }

  /** Puts whatever goes wrong on the trail once: of the connection's organization, or of the instance. */
  private async refusing<T>(visit: Visit, step: (source: SignInSource) => Promise<T>): Promise<T> {
    const source = await this.sources.findByKey(visit.key);
    try {
      if (!source) throw new ProviderRefusal('PROVIDER_UNKNOWN', 'there is none of this key, or it is not in use');
      return await step(source);
    } catch (error) {
      if (error instanceof SignInRefused) throw error;
      const { reason, detail } = error instanceof ProviderRefusal ? error : this.unexpected(error, visit);
      const organizationId = source?.organizationId ?? (await this.sources.organizationOf(visit.key));
      const attempt = {
        method: source ? strategies[source.protocol].method : 'oidc',
        connection: keyOf(visit, source),
        email: null,
        organizationId,
        detail,
      };
      return this.signIn.refuse(signInRequest(visit.request).origin, attempt, reason);
    }
  }

  private unexpected(error: unknown, { request, key }: Visit): ProviderRefusal {
    const problem = toAppError(error);
    logProblem(this.logger, problem, request, `sign-in through ${key}`);
    return new ProviderRefusal('UNEXPECTED', problem.code);
  }
}

/** What a stranger wrote into the address is no name to keep. */
function keyOf({ key }: Visit, source: SignInSource | null): string | null {
  return source?.key ?? (/^[a-z0-9.-]{1,300}$/.test(key) ? key : null);
}

function failureOf(result: StrategyResult): unknown {
  if (result.outcome === 'fail') return result.challenge;
  return result.outcome === 'error'
    ? result.error
    : new AppError('INTERNAL', { detail: `the strategy ended in ${result.outcome}` });
}

function neverOpened(): Promise<never> {
  return Promise.reject(new Error('a sign-in that comes back opens no other'));
}
