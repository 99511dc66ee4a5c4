import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { GithubClientService } from '../../sso/protocols/github/github-client.service.js';
import { OidcClientService } from '../../sso/protocols/oidc/oidc-client.service.js';
import { toldValue } from '../../sso/protocols/check.types.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SamlClientService } from '../../sso/protocols/saml/saml-client.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SignInTraceLog } from '../../sso/tracing/sign-in-trace-log.types.js';
import { strategyFor } from '../strategies/strategies.js';
import type { Half } from '../strategies/strategy.types.js';
import { callbackParameters } from './callback-parameters.js';
import { LoginFlowService, type LoginFlow } from './login-flow.service.js';
import type { FirstVisit, Visit, Wish } from './provider-visit.types.js';
import { runStrategy, type StrategyResult } from './run-strategy.js';

/** How a sign-in came back: with the flow that it belongs to, as far as that could be found, and proof or a failure. */
export type ComeBack =
  | { readonly flow: LoginFlow; readonly proof: ProviderProof }
  | { readonly flow: LoginFlow | null; readonly failure: unknown };

interface FlowSteps {
  readonly trace: SignInTraceLog;
  readonly open: (begun: Pick<LoginFlow, 'nonce' | 'verifier'>) => Promise<string>;
  readonly take: (state: string) => Promise<LoginFlow>;
}

/** The two visits of every sign-in through somebody else, whatever the protocol and whatever it is for. */
@Injectable()
export class ProviderVisits {
  constructor(
    private readonly oidc: OidcClientService,
    private readonly github: GithubClientService,
    private readonly saml: SamlClientService,
    private readonly flows: LoginFlowService,
  ) {}

  /** Begins a sign-in. @returns where to send the browser @throws ProviderRefusal */
  async begin(visit: FirstVisit, source: SignInSource, wish: Wish, trace: SignInTraceLog): Promise<string> {
    const { returnTo, loginHint, issuer, purpose } = wish;
    if (issuer !== null && issuer !== source.settings.issuer)
      throw new ProviderRefusal('ISSUER_MISMATCH', 'begun for another issuer', {
        check: { expected: source.settings.issuer, found: toldValue(issuer) },
      });
    const owner = { source, callbackUrl: source[visit.address], browser: visit.browser, trace };
    const open: FlowSteps['open'] = (begun) => this.flows.open(owner, { ...begun, returnTo, purpose });
    const prove = purpose.for === 'confirm' ? 'anew' : 'asUsual';
    const result = await this.run(visit, source, { begin: { loginHint, prove } }, { trace, open, take: notNow });
    if (result.outcome !== 'redirect') throw failureOf(result);
    return result.url;
  }

  /** Finishes what was begun with what the provider sent the browser back with. */
  async finish(visit: Visit, source: SignInSource, trace: SignInTraceLog): Promise<ComeBack> {
    let flow = null as LoginFlow | null;
    const owner = { source, callbackUrl: source[visit.address], browser: visit.browser, trace };
    const take: FlowSteps['take'] = async (state) => (flow = await this.flows.take(state, owner));
    try {
      const answer = callbackParameters(visit.request.originalUrl, source.protocol);
      trace.conceal(answer.get('code'));
      const result = await this.run(visit, source, { finish: answer }, { trace, open: notNow, take });
      if (result.outcome !== 'success' || !flow) return { flow, failure: failureOf(result) };
      trace.reached('PROOF_CHECKED');
      return { flow, proof: result.user as ProviderProof };
    } catch (failure) {
      return { flow, failure };
    }
  }

  private async run(
    { request, address }: Visit,
    source: SignInSource,
    half: Half,
    steps: FlowSteps,
  ): Promise<StrategyResult> {
    const access = { callbackUrl: source[address], ...steps };
    const { oidc, github, saml } = this;
    const strategy = await strategyFor(source, access, half, { oidc, github, saml });
    return runStrategy(strategy, request);
  }
}

function failureOf(result: StrategyResult): unknown {
  if (result.outcome === 'fail') return result.challenge;
  return result.outcome === 'error'
    ? result.error
    : new AppError('INTERNAL', { detail: `the strategy ended in ${result.outcome}` });
}

function notNow(): Promise<never> {
  return Promise.reject(new Error('a sign-in that begins takes none, and one that comes back opens no other'));
}
